#include <modcomm/dead_letter.hpp>

#include "events/letter_office.hpp"

namespace modcomm {

DeadLetters::DeadLetters(std::shared_ptr<detail::LetterOffice> office) noexcept
    : office_(std::move(office)) {}

Result<DeadLetterPage> DeadLetters::list(const DeadLetterQuery& query) const {
  return office_->list(query);
}

Result<DeadLetter> DeadLetters::show(std::uint64_t id) const { return office_->show(id); }

Result<void> DeadLetters::redrive(std::uint64_t id, const RedriveOptions& options) const {
  return office_->redrive(id, options);
}

Result<RedriveReport> DeadLetters::redrive(const DeadLetterQuery& query,
                                           const RedriveOptions& options) const {
  return office_->redrive(query, options);
}

Result<void> DeadLetters::purge(std::uint64_t id) const {
  const auto letter = office_->show(id);
  if (!letter) return letter.error();
  const auto purged = office_->purge(std::vector{id});
  if (!purged) return purged.error();
  return {};
}

Result<std::uint64_t> DeadLetters::purge(const DeadLetterQuery& query) const {
  return office_->purge(query);
}

Result<DeadLetterInfo> DeadLetters::info() const { return office_->info(); }

}  // namespace modcomm
