#include "store/crc32c.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace modcomm::store {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, of_the_examples_of_its_standard) {
  std::string rising;
  std::string falling;
  for (int byte = 0; byte < 32; ++byte) {
    rising += static_cast<char>(byte);
    falling.insert(falling.begin(), static_cast<char>(byte));
  }
  for (const auto sum : {crc32c, crc32c_by_table}) {
    EXPECT_EQ(sum(std::string(32, '\0'), 0), 0x8a9136aaU);
    EXPECT_EQ(sum(std::string(32, '\xff'), 0), 0x62a8ab43U);
    EXPECT_EQ(sum(rising, 0), 0x46dd794eU);
    EXPECT_EQ(sum(falling, 0), 0x113fdb5cU);
    EXPECT_EQ(sum("123456789", 0), 0xe3069283U);
  }
}

RC_GTEST_PROP(Crc32c, is_the_same_by_instruction_and_by_table_and_in_parts,
              (const std::string& head, const std::string& tail)) {
  RC_ASSERT(crc32c(head + tail) == crc32c_by_table(head + tail));
  RC_ASSERT(crc32c(head + tail) == crc32c(tail, crc32c(head)));
}

}  // namespace
}  // namespace modcomm::store
