// The rows of the table in docs/concepts/errors.md, as it stands in the file.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace modcomm::test {

struct ErrorRow {
  std::string code{};
  std::vector<std::string> reasons{};  // empty: the row knows none
  std::string retry{};
  std::string breaker{};
  std::string advice{};
};

inline std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) {
    const auto first = part.find_first_not_of(' ');
    if (first == std::string::npos) part.clear();
    if (!part.empty()) part = part.substr(first, part.find_last_not_of(' ') - first + 1);
    parts.push_back(part);
  }
  return parts;
}

/// The file is that of the source tree, which the build names.
inline std::vector<ErrorRow> documented_errors() {
  std::ifstream file(MODCOMM_SOURCE_DIR "/docs/concepts/errors.md");
  std::vector<ErrorRow> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ") || line.starts_with("| code") || line.starts_with("| ---"))
      continue;
    const auto cells = split(line, '|');
    rows.push_back({.code = cells.at(1),
                    .reasons = split(cells.at(2), ','),
                    .retry = cells.at(3),
                    .breaker = cells.at(4),
                    .advice = cells.at(5)});
  }
  return rows;
}

}  // namespace modcomm::test
