// A disk in memory that loses power: what was not synced survives in any combination of sectors and
// names, as the seed decides. It can also be full, fail a write or a sync, and have its bytes flipped.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "store/files.hpp"

namespace modcomm::test {

class SimulatedDisk final : public store::Files,
                            public std::enable_shared_from_this<SimulatedDisk> {
 public:
  explicit SimulatedDisk(std::uint64_t seed) : random_(seed) {}

  Result<std::vector<std::string>> list() const override;
  Result<std::shared_ptr<store::File>> create(const std::string& name, std::uint64_t size) override;
  Result<std::shared_ptr<store::File>> open(const std::string& name) override;
  Result<> remove(const std::string& name) override;
  Result<> sync() override;
  const std::string& where() const noexcept override { return where_; }

  /// The power goes in the middle of the n-th write or sync from now on: all that comes after fails.
  void cut_after(std::uint64_t operations);
  bool dead() const;
  /// Power returns: decides what of the unsynced survives. Open files are those of another life.
  void restart();
  /// The process died and the machine did not: all that was written is there.
  void restart_process();

  /// No new file fits from now on, or does again.
  void set_full(bool full);
  void fail_next_sync();
  void fail_next_write();

  std::string content(const std::string& name) const;
  void flip(const std::string& name, std::uint64_t at, unsigned char mask);
  std::uint64_t operations() const;

 private:
  static constexpr std::size_t sector_bytes = 512;

  struct Bytes {
    std::string synced;
    std::string now;
    std::set<std::uint64_t> dirty;  // sectors that differ
  };
  class OpenFile;

  Result<> step();
  Result<> write(Bytes& file, std::uint64_t at, std::string_view bytes);
  Result<> sync(Bytes& file);
  void lose_power(Bytes& file);
  void settle(Bytes& file, std::uint64_t sector);

  const std::string where_ = "simulated disk";
  mutable std::mutex mutex_;
  detail::Random random_;
  std::map<std::string, std::shared_ptr<Bytes>> names_;
  std::map<std::string, std::shared_ptr<Bytes>> synced_names_;
  std::optional<std::uint64_t> left_;
  std::uint64_t operations_ = 0;
  bool dead_ = false;
  bool full_ = false;
  bool fails_sync_ = false;
  bool fails_write_ = false;
};

}  // namespace modcomm::test
