// A middleware that asks who calls: the caller sends a token in a header, an operation's own
// middleware looks it up, refuses strangers before the handler, and tells the handler who it is.
#include <iostream>
#include <map>
#include <string>

#include <modcomm/modcomm.hpp>

// [authenticate]
struct User {
  std::string name{};
  bool may_delete = false;
};
using Tokens = std::map<std::string, User, std::less<>>;

modcomm::CallMiddleware authenticate(Tokens tokens) {
  auto check = [tokens = std::move(tokens)](modcomm::CallContext& call,
                                            const modcomm::Next& next) -> modcomm::Result<void> {
    const std::string_view token = call.header("authorization");
    if (token.empty()) {
      return modcomm::Error(
          modcomm::Code::unauthenticated, modcomm::reason::no_token,
          std::string(call.operation()) + " needs a token; send it in the header 'authorization'");
    }
    const auto known = tokens.find(token);
    if (known == tokens.end()) {
      return modcomm::Error(modcomm::Code::unauthenticated, modcomm::reason::bad_token,
                            "nobody has this token; get a new one");
    }
    if (!known->second.may_delete) {
      return modcomm::Error(modcomm::Code::permission_denied, modcomm::reason::scope,
                            known->second.name + " may not call " + std::string(call.operation()) +
                                "; ask for the right to delete");
    }
    call.values()["user"] = known->second.name;
    return next();
  };
  return {.name = "authenticate", .function = std::move(check)};
}
// [/authenticate]

int main() {
  modcomm::Bus bus;
  const auto store = bus.module("Store");
  const auto client = bus.module("Client");
  const auto provided =
      store
          .provide(
              "Delete",
              [](const std::string& file, modcomm::CallContext& call) {
                return file + " deleted by " + call.values()["user"].get<std::string>();
              },
              {.middleware = {authenticate({{"t-ada", {"Ada", true}}, {"t-bob", {"Bob", false}}})}})
          .value();

  const auto delete_with = [&](std::string_view token) {
    const modcomm::Header header{"authorization", token};
    const modcomm::CallOptions options{.headers = {&header, token.empty() ? 0U : 1U}};
    const auto done = client.call<std::string>("Store.Delete", std::string("old.log"), options);
    std::cout << (done ? *done : done.error().to_string()) << '\n';
    return std::string(done ? "done" : done.error().reason());
  };

  return delete_with("") == modcomm::reason::no_token &&
                 delete_with("t-eve") == modcomm::reason::bad_token &&
                 delete_with("t-bob") == modcomm::reason::scope && delete_with("t-ada") == "done"
             ? 0
             : 1;
}
