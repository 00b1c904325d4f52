// Files of this machine.
#pragma once

#include <filesystem>
#include <memory>

#include "store/files.hpp"

namespace modcomm::store {

/// Makes the folder for writing, if it is not there, with access for its owner alone; keeps others
/// from writing there for as long as it lives.
Result<std::shared_ptr<Files>> os_files(const std::filesystem::path& folder,
                                        Access access = Access::write);

}  // namespace modcomm::store
