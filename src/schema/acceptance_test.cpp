// The JSON Schema Test Suite for 2020-12, as Debian's libtest-json-schema-acceptance-perl brings it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/schema.hpp>

namespace modcomm {
namespace {

namespace fs = std::filesystem;

const fs::path suite = MODCOMM_JSON_SCHEMA_SUITE;

/// Required cases whose schema `compile` may refuse, "file: description", each with the reason.
/// There are none.
const std::map<std::string, std::string> allowed_refusals = {};

Value read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Value::parse(std::string{std::istreambuf_iterator<char>(in), {}});
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// What the suite expects to find at http://localhost:1234/.
class Remotes {
 public:
  Remotes() {
    const fs::path folder = suite / "remotes";
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      documents_.emplace("http://localhost:1234/" + fs::relative(entry.path(), folder).string(),
                         read(entry.path()));
    }
    for (const auto& [uri, document] : documents_) list_.push_back({uri, &document});
  }
  const std::vector<SchemaDocument>& list() const { return list_; }

 private:
  std::map<std::string, Value> documents_{};
  std::vector<SchemaDocument> list_{};
};

struct Score {
  int right = 0;
  int all = 0;
  std::vector<std::string> wrong{};
  std::map<std::string, std::string> refused{};
};

/// Both ways of asking must agree, and each fault must say where it is.
bool judged(const Schema& schema, const Value& instance) {
  const Result<void> verdict = schema.validate(instance);
  EXPECT_EQ(verdict.has_value(), schema.accepts(instance));
  if (verdict.has_value()) return true;
  EXPECT_EQ(verdict.error().reason(), reason::validation) << verdict.error().to_string();
  EXPECT_FALSE(verdict.error().faults().empty());
  for (const Fault& fault : verdict.error().faults()) {
    EXPECT_FALSE(fault.message.empty());
    EXPECT_LT(fault.message.size(), 1500U) << fault.message;
  }
  return false;
}

void judge_case(const Value& group, const std::string& name, const SchemaOptions& options,
                Score& score) {
  const Value& tests = group.at("tests");
  score.all += static_cast<int>(tests.size());
  const Result<Schema> schema = Schema::compile(group.at("schema"), options);
  if (!schema) {
    score.refused.emplace(name, schema.error().message());
    return;
  }
  for (const Value& test : tests) {
    if (judged(*schema, test.at("data")) == test.at("valid").get<bool>()) {
      ++score.right;
    } else {
      score.wrong.push_back(name + ": " + test.at("description").get<std::string>());
    }
  }
}

void judge_folder(const fs::path& folder, SchemaOptions options, Score& score) {
  static const Remotes remotes;
  options.documents = remotes.list();
  for (const fs::path& file : json_files(folder)) {
    for (const Value& group : read(file)) {
      judge_case(group, file.stem().string() + ": " + group.at("description").get<std::string>(),
                 options, score);
    }
  }
}

void show(std::string_view what, const Score& score) {
  std::cout << what << ": " << score.right << " of " << score.all << " tests\n";
  for (const std::string& name : score.wrong) std::cout << "  wrong    " << name << '\n';
  for (const auto& [name, why] : score.refused) {
    std::cout << "  refused  " << name << ": " << why << '\n';
  }
}

TEST(SchemaAcceptance, TheSuiteIsInstalled) {
  ASSERT_TRUE(fs::is_directory(suite / "tests/draft2020-12"))
      << "the JSON Schema Test Suite is missing; `tools/setup --test` installs it, and then "
         "configure again (MODCOMM_JSON_SCHEMA_SUITE is '"
      << suite.string() << "')";
}

TEST(SchemaAcceptance, EveryRequiredTestIsJudgedRightly) {
  Score score;
  judge_folder(suite / "tests/draft2020-12", {}, score);
  show("required", score);
  EXPECT_TRUE(score.wrong.empty());
  for (const auto& [name, why] : score.refused) {
    EXPECT_TRUE(allowed_refusals.contains(name)) << name << ": " << why;
  }
  EXPECT_GE(score.all, 1176);
  EXPECT_GE(score.right * 100, score.all * 97);
}

TEST(SchemaAcceptance, OptionalTestsAreReported) {
  Score score;
  judge_folder(suite / "tests/draft2020-12/optional", {}, score);
  show("optional", score);
  Score formats;
  judge_folder(suite / "tests/draft2020-12/optional/format", {.assert_formats = true}, formats);
  show("optional, formats asserted", formats);
  EXPECT_GT(score.right + formats.right, 0);
}

}  // namespace
}  // namespace modcomm
