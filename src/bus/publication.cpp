// Publishing through middleware.
#include <algorithm>

#include <modcomm/detail/publish.hpp>
#include <modcomm/message_middleware.hpp>

#include "bus/channel.hpp"
#include "core/from_exception.hpp"

namespace modcomm {

// ---- what a middleware sees ----

Publication::Publication(detail::Draft& draft, const PublishOptions& options)
    : draft_(draft), options_(options) {}

Publication::~Publication() = default;

std::string_view Publication::channel() const noexcept { return draft_.target().channel->name(); }

std::string_view Publication::type() const noexcept {
  const detail::Target& target = draft_.target();
  return target.type == nullptr ? target.type_name : target.type->name();
}

std::string_view Publication::source() const noexcept { return draft_.target().source->name; }

detail::PayloadRef Publication::payload() const noexcept { return draft_.payload(); }

void Publication::replace_payload(Payload payload) { draft_.replace_payload(std::move(payload)); }

std::string_view Publication::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find(options_.headers, name, &Header::name);
  return found == options_.headers.end() ? std::string_view{} : found->value;
}

void Publication::set_header(std::string_view name, std::string_view value) {
  if (headers_.data() != options_.headers.data()) {
    headers_.assign(options_.headers.begin(), options_.headers.end());
  }
  const auto found = std::ranges::find(headers_, name, &Header::name);
  if (found != headers_.end()) {
    found->value = keep(value);
  } else {
    headers_.push_back({.name = keep(name), .value = keep(value)});
  }
  options_.headers = headers_;
}

std::string_view Publication::keep(std::string_view text) { return texts_.emplace_back(text); }

Result<MessageId> NextPublication::operator()() const {
  using Links = detail::ChainLinks<PublishMiddleware>;
  return draft_.publish_from(*static_cast<const Links*>(chain_), position_, publication_);
}

// ---- the chain ----

namespace detail {

PayloadRef Draft::payload() const noexcept {
  if (record_ == nullptr) return {};
  return {record_->payload, record_->storage()};
}

/// The new one may need more room than the old record has.
void Draft::replace_payload(Payload payload) {
  if (record_ == nullptr) return;  // it is on its way already
  Record* const fresh = make_record(sizeof(Payload));
  abandon();
  record_ = fresh;
  put(std::move(payload));
}

Result<MessageId> Draft::publish_wrapped(const PublishOptions& options) {
  const auto links = target_.channel->around_publishing();
  if (links == nullptr) return hand_over(options);
  Publication publication(*this, options);
  return publish_from(*links, 0, publication);
}

template <class Links>
Result<MessageId> Draft::publish_from(const Links& links, std::size_t position,
                                      Publication& publication) {
  if (record_ == nullptr) {
    return Error(Code::failed_precondition, reason::closed,
                 "the message was published already; a middleware calls next again only after a "
                 "failure");
  }
  if (position == links.size()) return hand_over(publication.options());
  const auto& middleware = links[position]->middleware;
  try {
    return middleware.function(publication, {*this, &links, position + 1, publication});
  } catch (...) {
    return from_exception("middleware '" + middleware.name + "'");
  }
}

}  // namespace detail
}  // namespace modcomm
