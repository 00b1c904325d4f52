#include "api/call_letter.hpp"

#include <modcomm/payload.hpp>

#include "api/api.hpp"
#include "api/operation.hpp"

namespace modcomm::detail {
namespace {

class LetterReceiver final : public CallReceiver {
 public:
  LetterReceiver(std::shared_ptr<CallReceiver> receiver, std::shared_ptr<Api> api,
                 DeadLetter letter)
      : receiver_(std::move(receiver)), api_(std::move(api)), letter_(std::move(letter)) {}

  ReplySlot& slot() noexcept override { return receiver_->slot(); }

  void ended(const CallEnd& end, std::string_view operation) override {
    keep_if_failed(*api_, std::move(letter_), end);
    receiver_->ended(end, operation);
  }

 private:
  const std::shared_ptr<CallReceiver> receiver_;
  const std::shared_ptr<Api> api_;
  DeadLetter letter_;
};

}  // namespace

Result<DeadLetter> letter_of(const CallTarget& target, const Arguments& arguments,
                             const CallOptions& options) {
  auto data = to_bytes(arguments.ref());
  if (!data) return data.error().with_context("a call that may be a dead letter");
  DeadLetter letter{.kind = DeadLetterKind::call,
                    .name = target.operation()->name(),
                    .source = std::string(target.caller()),
                    .time = target.operation()->api().now().wall,
                    .content_type = std::move(data->content_type),
                    .payload = std::move(data->data)};
  for (const Header& header : options.headers) {
    letter.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  return letter;
}

void keep_if_failed(Api& api, DeadLetter letter, const CallEnd& end) {
  const auto& keep = api.context().options.keep_letter;
  if (end.result || end.result.error().code() == Code::cancelled || !keep) return;
  const Error& error = end.result.error();
  letter.message_id = end.request_id.to_string();
  letter.died = api.now().wall;
  letter.reason = error.reason();
  letter.deliveries = end.attempts;
  letter.attempts = {{.time = letter.died, .error = error.to_string()}};
  static_cast<void>(keep(std::move(letter)));  // which counts what it loses
}

std::shared_ptr<CallReceiver> with_letter(std::shared_ptr<CallReceiver> receiver, Api& api,
                                          DeadLetter letter) {
  return std::make_shared<LetterReceiver>(std::move(receiver), api.shared_from_this(),
                                          std::move(letter));
}

}  // namespace modcomm::detail
