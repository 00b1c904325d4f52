#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/error.hpp>
#include <modcomm/result.hpp>

#include "support/error_table.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(Error, AnswersAsTheDocumentedTableSays) {
  const auto rows = test::documented_errors();
  ASSERT_EQ(rows.size(), 17U);
  for (const auto& row : rows) {
    const auto code = code_from_string(row.code);
    if (!code.has_value()) FAIL() << row.code;
    auto reasons = row.reasons;
    if (reasons.empty()) reasons = {"anything"};
    for (const std::string& reason : reasons) {
      const Error error(*code, reason, "what happened");
      EXPECT_EQ(to_string(error.retry()), row.retry) << row.code << '/' << reason;
      EXPECT_EQ(error.counts_for_breaker(), row.breaker == "yes") << row.code << '/' << reason;
      EXPECT_EQ(error.advice(), row.advice) << row.code << '/' << reason;
      EXPECT_EQ(error.to_string(), row.code + "/" + reason + ": what happened");
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
