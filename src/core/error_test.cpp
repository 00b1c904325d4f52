#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/error.hpp>
#include <modcomm/result.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(trimmed(part));
  return parts;
}

/// The rows of the table in docs/concepts/errors.md.
std::vector<std::vector<std::string>> documented_rows() {
  std::ifstream file(MODCOMM_SOURCE_DIR "/docs/concepts/errors.md");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ") || line.starts_with("| code") || line.starts_with("| ---"))
      continue;
    auto cells = split(line, '|');
    rows.emplace_back(cells.begin() + 1, cells.end());
  }
  return rows;
}

TEST(Error, AnswersAsTheDocumentedTableSays) {
  const auto rows = documented_rows();
  ASSERT_EQ(rows.size(), 17U);
  for (const auto& row : rows) {
    const auto code = code_from_string(row[0]);
    if (!code.has_value()) FAIL() << row[0];
    auto reasons = split(row[1], ',');
    if (reasons.empty()) reasons = {"anything"};
    for (const std::string& reason : reasons) {
      const Error error(*code, reason, "what happened");
      EXPECT_EQ(to_string(error.retry()), row[2]) << row[0] << '/' << reason;
      EXPECT_EQ(error.counts_for_breaker(), row[3] == "yes") << row[0] << '/' << reason;
      EXPECT_EQ(error.advice(), row[4]) << row[0] << '/' << reason;
      EXPECT_EQ(error.to_string(), row[0] + "/" + reason + ": what happened");
    }
  }
}

TEST(Error, HasTheNumbersOfGrpc) {
  EXPECT_EQ(static_cast<int>(Code::cancelled), 1);
  EXPECT_EQ(static_cast<int>(Code::deadline_exceeded), 4);
  EXPECT_EQ(static_cast<int>(Code::unauthenticated), 16);
  for (int number = 0; number <= 16; ++number) {
    const auto code = static_cast<Code>(number);
    EXPECT_EQ(code_from_string(to_string(code)), code);
  }
  EXPECT_EQ(code_from_string("no such code"), std::nullopt);
}

TEST(Error, ChangesInCopiesOnly) {
  const Error plain(Code::internal, reason::handler_failed, "no disk");
  const Error changed = plain.with_retry(Retry::yes)
                            .with_retry_after(5s)
                            .with_attempts(3)
                            .with_request_id("r-1")
                            .with_faults({{"args.retries", "expected integer"}})
                            .with_context("step 2");
  EXPECT_EQ(changed.message(), "step 2: no disk");
  EXPECT_EQ(changed.retry(), Retry::yes);
  EXPECT_EQ(changed.retry_after(), 5s);
  EXPECT_EQ(changed.attempts(), 3U);
  EXPECT_EQ(changed.request_id(), "r-1");
  ASSERT_EQ(changed.faults().size(), 1U);
  EXPECT_EQ(changed.faults()[0].path, "args.retries");
  EXPECT_EQ(plain.message(), "no disk");
  EXPECT_EQ(plain.retry(), Retry::if_idempotent);
  EXPECT_TRUE(plain.faults().empty());
}

TEST(Result, ThrowsItsErrorToWhoeverAsksForAValueThatIsNotThere) {
  const Result<int> failed = Error(Code::not_found, reason::no_channel, "no channel 'Lab'");
  try {
    static_cast<void>(failed.value());
    FAIL() << "value() of an error must throw";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.error().reason(), reason::no_channel);
    EXPECT_STREQ(exception.what(), "not_found/no_channel: no channel 'Lab'");
  }
}

TEST(Result, StaysSmall) { EXPECT_LE(sizeof(Result<std::uint64_t>), 40U); }

}  // namespace
}  // namespace modcomm
