#include "engine/call_letter.hpp"

#include "api/api.hpp"
#include "api/operation.hpp"
#include "events/letter_office.hpp"

namespace modcomm::detail {
namespace {

class LetterReceiver final : public CallReceiver {
 public:
  LetterReceiver(std::shared_ptr<CallReceiver> receiver, DeadLetter letter,
                 std::shared_ptr<LetterOffice> office, std::shared_ptr<Clock> clock)
      : receiver_(std::move(receiver)),
        letter_(std::move(letter)),
        office_(std::move(office)),
        clock_(std::move(clock)) {}

  ReplySlot& slot() noexcept override { return receiver_->slot(); }

  void ended(const CallEnd& end) override {
    if (!end.result && end.result.error().code() != Code::cancelled) keep(end);
    receiver_->ended(end);
  }

 private:
  void keep(const CallEnd& end) {
    const Error& error = end.result.error();
    letter_.message_id = end.request_id.to_string();
    letter_.died = clock_->now().wall;
    letter_.reason = error.reason();
    letter_.deliveries = end.attempts;
    letter_.attempts = {{.time = letter_.died, .error = error.to_string()}};
    static_cast<void>(office_->keep(std::move(letter_)));  // which counts what it loses
  }

  const std::shared_ptr<CallReceiver> receiver_;
  DeadLetter letter_;
  const std::shared_ptr<LetterOffice> office_;
  const std::shared_ptr<Clock> clock_;
};

}  // namespace

Result<std::shared_ptr<CallReceiver>> with_letter(std::shared_ptr<CallReceiver> receiver,
                                                  const CallTarget& target,
                                                  const Arguments& arguments,
                                                  const CallOptions& options,
                                                  std::shared_ptr<LetterOffice> office,
                                                  const Api& api, std::uint32_t redriven) {
  auto data = to_bytes(arguments.ref());
  if (!data) return data.error().with_context("a call that may be a dead letter");
  DeadLetter letter{.kind = DeadLetterKind::call,
                    .name = target.operation()->name(),
                    .source = std::string(target.caller()),
                    .time = api.now().wall,
                    .content_type = std::move(data->content_type),
                    .payload = std::move(data->data),
                    .redriven = redriven};
  for (const Header& header : options.headers) {
    letter.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  return std::shared_ptr<CallReceiver>(std::make_shared<LetterReceiver>(
      std::move(receiver), std::move(letter), std::move(office), api.context().clock));
}

}  // namespace modcomm::detail
