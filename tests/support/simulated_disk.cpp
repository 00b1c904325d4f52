#include "support/simulated_disk.hpp"

#include <algorithm>
#include <cstring>

namespace modcomm::test {
namespace {

Error broken(const char* what) { return {Code::internal, reason::input_output, what}; }

}  // namespace

/// A file of one life of the disk: after a restart it answers with errors.
class SimulatedDisk::OpenFile final : public store::File {
 public:
  OpenFile(std::shared_ptr<SimulatedDisk> disk, std::shared_ptr<Bytes> bytes)
      : disk_(std::move(disk)), bytes_(std::move(bytes)) {}

  Result<> write(std::uint64_t at, std::string_view bytes) override {
    const std::lock_guard lock(disk_->mutex_);
    return disk_->write(*bytes_, at, bytes);
  }
  Result<> sync() override {
    const std::lock_guard lock(disk_->mutex_);
    return disk_->sync(*bytes_);
  }
  Result<std::size_t> read(std::uint64_t at, std::span<char> room) const override {
    const std::lock_guard lock(disk_->mutex_);
    const std::string& now = bytes_->now;
    if (at >= now.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(room.size(), now.size() - at);
    std::memcpy(room.data(), now.data() + at, count);
    return count;
  }
  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(disk_->mutex_);
    return std::uint64_t{bytes_->now.size()};
  }

 private:
  std::shared_ptr<SimulatedDisk> disk_;
  std::shared_ptr<Bytes> bytes_;
};

Result<std::vector<std::string>> SimulatedDisk::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : names_) names.push_back(name);
  return names;
}

Result<std::shared_ptr<store::File>> SimulatedDisk::create(const std::string& name,
                                                           std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (auto done = step(); !done) return done.error();
  if (full_) return Error(Code::resource_exhausted, reason::storage_full, "the disk is full");
  if (names_.contains(name)) return broken("the name is taken");
  auto bytes = std::make_shared<Bytes>();
  bytes->now.resize(size);
  bytes->synced.resize(size);
  names_[name] = bytes;
  return std::make_shared<OpenFile>(shared_from_this(), std::move(bytes));
}

Result<std::shared_ptr<store::File>> SimulatedDisk::open(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end()) return Error(Code::not_found, reason::no_file, "no such file");
  return std::make_shared<OpenFile>(shared_from_this(), found->second);
}

Result<> SimulatedDisk::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (auto done = step(); !done) return done.error();
  names_.erase(name);
  return {};
}

Result<> SimulatedDisk::sync() {
  const std::lock_guard lock(mutex_);
  if (auto done = step(); !done) return done.error();
  synced_names_ = names_;
  return {};
}

Result<> SimulatedDisk::step() {
  if (dead_) return broken("the power is off");
  ++operations_;
  if (left_ && (*left_)-- == 0) {
    dead_ = true;
    return broken("the power went");
  }
  return {};
}

Result<> SimulatedDisk::write(Bytes& file, std::uint64_t at, std::string_view bytes) {
  if (dead_) return broken("the power is off");
  auto done = step();
  if (std::exchange(fails_write_, false)) {
    bytes = bytes.substr(0, random_.below(bytes.size() + 1));
    done = broken("the write failed");
  }
  if (at + bytes.size() > file.now.size()) file.now.resize(at + bytes.size());
  file.now.replace(at, bytes.size(), bytes);
  for (std::uint64_t sector = at / sector_bytes; sector * sector_bytes < at + bytes.size();
       ++sector) {
    file.dirty.insert(sector);
  }
  return done;
}

Result<> SimulatedDisk::sync(Bytes& file) {
  if (auto done = step(); !done) return done;
  if (std::exchange(fails_sync_, false)) return broken("the sync failed");
  file.synced = file.now;
  file.dirty.clear();
  return {};
}

void SimulatedDisk::settle(Bytes& file, std::uint64_t sector) {
  const std::size_t at = sector * sector_bytes;
  const std::size_t count = std::min(sector_bytes, file.now.size() - at);
  file.synced.resize(std::max(file.synced.size(), at + count));
  std::memcpy(file.synced.data() + at, file.now.data() + at, count);
}

void SimulatedDisk::lose_power(Bytes& file) {
  const std::uint64_t survive_of_8 = random_.below(9);
  for (const std::uint64_t sector : file.dirty) {
    if (random_.below(8) < survive_of_8) settle(file, sector);
  }
  file.now = file.synced;
  file.dirty.clear();
}

void SimulatedDisk::restart() {
  const std::lock_guard lock(mutex_);
  auto survivors = synced_names_;
  for (const auto& [name, bytes] : names_) {
    if (!survivors.contains(name) && random_.below(2) == 0) survivors[name] = bytes;
  }
  for (const auto& [name, bytes] : synced_names_) {
    if (!names_.contains(name) && random_.below(2) == 0) survivors.erase(name);
  }
  names_.clear();
  for (const auto& [name, bytes] : survivors) {
    names_[name] = std::make_shared<Bytes>(*bytes);
    lose_power(*names_[name]);
  }
  synced_names_ = names_;
  dead_ = false;
  left_.reset();
}

void SimulatedDisk::restart_process() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, bytes] : names_) bytes = std::make_shared<Bytes>(*bytes);
  dead_ = false;
  left_.reset();
}

void SimulatedDisk::cut_after(std::uint64_t operations) {
  const std::lock_guard lock(mutex_);
  left_ = operations;
}

bool SimulatedDisk::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

void SimulatedDisk::set_full(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void SimulatedDisk::fail_next_sync() {
  const std::lock_guard lock(mutex_);
  fails_sync_ = true;
}

void SimulatedDisk::fail_next_write() {
  const std::lock_guard lock(mutex_);
  fails_write_ = true;
}

std::string SimulatedDisk::content(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return names_.at(name)->now;
}

void SimulatedDisk::flip(const std::string& name, std::uint64_t at, unsigned char mask) {
  const std::lock_guard lock(mutex_);
  char& byte = names_.at(name)->now.at(at);
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ mask);
}

std::uint64_t SimulatedDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

}  // namespace modcomm::test
