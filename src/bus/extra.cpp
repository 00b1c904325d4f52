#include "bus/extra.hpp"

#include "bus/routing.hpp"

namespace modcomm::detail {
namespace {

std::size_t text_size(const PublishOptions& options) {
  std::size_t size = options.correlation_id.size() + options.target.size() + options.key.size() +
                     options.id.size();
  for (const Header& header : options.headers) size += header.name.size() + header.value.size();
  return size;
}

}  // namespace

Extra::Extra() = default;
Extra::~Extra() = default;

std::unique_ptr<Extra> make_extra(const PublishOptions& options) {
  auto extra = std::make_unique<Extra>();
  extra->text.reserve(text_size(options));  // so that views stay where they are
  const auto keep = [&text = extra->text](std::string_view part) {
    const std::size_t start = text.size();
    text.append(part);
    return std::string_view(text).substr(start);
  };
  extra->correlation_id = keep(options.correlation_id);
  extra->target = keep(options.target);
  extra->key = keep(options.key);
  extra->id_text = keep(options.id);
  extra->headers.reserve(options.headers.size());
  for (const Header& header : options.headers) {
    const std::string_view name = keep(header.name);
    extra->headers.push_back({.name = name, .value = keep(header.value)});
  }
  return extra;
}

}  // namespace modcomm::detail
