#include "core/base64.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace modcomm::detail {
namespace {

TEST(Base64, is_that_of_rfc_4648) {
  const std::string_view text = "foobar";
  const char* const written[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_EQ(to_base64(text.substr(0, size)), written[size]);
    EXPECT_EQ(from_base64(written[size]), text.substr(0, size));
  }
}

TEST(Base64, reads_only_what_it_writes) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Z g=", "Zm-_"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  Random random(1);
  for (int i = 0; i < 1'000; ++i) {
    std::string bytes(random.below(50), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

}  // namespace
}  // namespace modcomm::detail
