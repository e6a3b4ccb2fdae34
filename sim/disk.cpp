#include "sim/disk.h"

#include <algorithm>
#include <array>
#include <utility>

namespace playback::sim {
namespace {

Error io_error(std::string_view what) {
    return {Errc::io_failed, "input/output error: " + std::string(what)};
}

Error dead_process() {
    return io_error("the process has ended");
}

}  // namespace

class Disk::Handle final : public io::File {
public:
    Handle(Disk& disk, std::shared_ptr<DiskFile> file)
        : disk_(disk), file_(std::move(file)), incarnation_(disk.incarnation_) {}

    Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
        if (dead()) return dead_process();
        return disk_.read(*file_, offset, out);
    }
    Result<void> write(std::uint64_t offset, std::string_view bytes) override {
        if (dead()) return dead_process();
        return disk_.write(*file_, offset, bytes);
    }
    Result<void> truncate(std::uint64_t size) override {
        if (dead()) return dead_process();
        return disk_.truncate(*file_, size);
    }
    Result<void> sync() override {
        if (dead()) return dead_process();
        return disk_.sync(*file_);
    }
    Result<std::uint64_t> size() override {
        if (dead()) return dead_process();
        return std::uint64_t{file_->content.live().size()};
    }

private:
    [[nodiscard]] bool dead() const { return incarnation_ != disk_.incarnation_; }

    Disk& disk_;
    std::shared_ptr<DiskFile> file_;
    std::uint64_t incarnation_;
};

class Disk::Lock final : public io::FileLock {
public:
    Lock(Disk& disk, std::string name)
        : disk_(disk), name_(std::move(name)), incarnation_(disk.incarnation_) {}
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() override {
        if (incarnation_ == disk_.incarnation_) disk_.locks_.erase(name_);
    }

private:
    Disk& disk_;
    std::string name_;
    std::uint64_t incarnation_;
};

DiskProfile DiskProfile::draw(Random& random) {
    DiskProfile profile;
    profile.sync_min = {random.log_between(50'000, 3'000'000)};
    profile.sync_max = profile.sync_min * random.between(std::int64_t{1}, std::int64_t{8});
    profile.cache_max = {random.log_between(2'000, 100'000)};
    if (random.chance(1, 2))
        profile.stalls_ppm = static_cast<std::uint32_t>(random.log_between(10, 5'000));
    profile.stall_max = {random.log_between(10'000'000, 2'000'000'000)};
    profile.garbage = random.chance(1, 2);
    return profile;
}

Disk::Disk(std::uint64_t id,
           Random random,
           DiskProfile profile,
           std::function<Instant()> now,
           Trace& trace)
    : id_(id), random_(random), profile_(profile), now_(std::move(now)), trace_(trace) {
}

void Disk::record(DiskOperation operation,
                  std::uint64_t file,
                  std::uint64_t offset,
                  std::string_view bytes) {
    ++counts_.operations;
    trace_.record(
        TraceKind::disk, id_, file << 8 | static_cast<std::uint64_t>(operation), offset, bytes);
}

Instant Disk::last_completion() const {
    return std::max(busy_until_, now_());
}

Stamp Disk::take_time(Duration min, Duration max) {
    Stamp stamp{now_(), last_completion(), {}};
    stamp.end = stamp.start + random_.between(min, max) * faults_.factor;
    stamp.end = std::max(stamp.end, stalled_until_);
    busy_until_ = stamp.end;
    return stamp;
}

Stamp Disk::take_sync_time() {
    Stamp stamp = take_time(profile_.sync_min, profile_.sync_max);
    if (faults_.sync_extra.ns > 0) {
        stamp.end = stamp.end + random_.between(Duration{}, faults_.sync_extra);
        busy_until_ = stamp.end;
    }
    tell_sync(stamp.end);
    if (!fails(profile_.stalls_ppm)) return stamp;
    ++counts_.stalls;
    stamp.end = stamp.end + random_.between(Duration{}, profile_.stall_max);
    busy_until_ = stamp.end;
    return stamp;
}

bool Disk::fails(std::uint32_t ppm) {
    if (faults_.gone) return true;
    return ppm != 0 && random_.chance(ppm, 1'000'000);
}

bool Disk::write_fails() {
    return faults_.read_only || fails(faults_.write_errors_ppm);
}

void Disk::on_sync(std::uint64_t nth, std::function<void(Instant done)> act) {
    syncs_left_ = nth;
    told_of_sync_ = std::move(act);
}

void Disk::tell_sync(Instant done) {
    if (syncs_left_ == 0) return;
    --syncs_left_;
    if (syncs_left_ > 0) return;
    const auto act = std::exchange(told_of_sync_, {});
    act(done);
}

void Disk::stall(Instant until) {
    ++counts_.stalls;
    stalled_until_ = std::max(stalled_until_, until);
    record(DiskOperation::stall, 0, static_cast<std::uint64_t>(until.ns));
}

Result<std::unique_ptr<io::File>> Disk::open(std::string_view name, bool create) {
    std::shared_ptr<DiskFile> file = names_.find(name);
    const bool makes = !file && create;
    if (fails(faults_.open_errors_ppm) || (makes && faults_.read_only)) {
        ++counts_.open_errors;
        record(DiskOperation::open_error, 0, 0, name);
        return io_error("open of " + std::string(name));
    }
    if (!file) {
        if (!create) return Error{Errc::not_found, "no such file: " + std::string(name)};
        file = std::make_shared<DiskFile>();
        file->number = next_file_++;
        names_.create(take_time(profile_.cache_min, profile_.cache_max), name, file);
    }
    record(DiskOperation::open, file->number, 0, name);
    return std::make_unique<Handle>(*this, std::move(file));
}

Result<void> Disk::remove(std::string_view name) {
    const std::shared_ptr<DiskFile> file = names_.find(name);
    if (!file) return Error{Errc::not_found, "no such file: " + std::string(name)};
    if (faults_.gone || faults_.read_only) return io_error("removal of " + std::string(name));
    names_.remove(take_time(profile_.cache_min, profile_.cache_max), name);
    record(DiskOperation::remove, file->number, 0, name);
    return {};
}

Result<void> Disk::rename(std::string_view from, std::string_view to) {
    const std::shared_ptr<DiskFile> file = names_.find(from);
    if (!file) return Error{Errc::not_found, "no such file: " + std::string(from)};
    if (faults_.gone || faults_.read_only) return io_error("renaming of " + std::string(from));
    names_.rename(take_time(profile_.cache_min, profile_.cache_max), from, to);
    record(DiskOperation::rename, file->number, 0, to);
    return {};
}

Result<bool> Disk::exists(std::string_view name) {
    return names_.live().contains(name);
}

Result<void> Disk::sync_directory() {
    const Stamp stamp = take_sync_time();
    ++counts_.syncs;
    if (fails(faults_.sync_errors_ppm)) {
        // The names stay listed: a later sync may still cover them, or a power loss lose them.
        ++counts_.sync_errors;
        record(DiskOperation::sync_error, 0);
        return io_error("sync of the directory");
    }
    if (faults_.syncs_lie) {
        ++counts_.lies;
        record(DiskOperation::lie, 0);
        return {};
    }
    names_.sync(stamp);
    record(DiskOperation::sync_directory, 0);
    return {};
}

Result<std::unique_ptr<io::FileLock>> Disk::lock(std::string_view name) {
    const bool taken = !locks_.emplace(name, incarnation_).second;
    record(DiskOperation::lock, 0, taken ? 1 : 0, name);
    if (taken) return Error{Errc::in_use, std::string(name) + " is locked by another process"};
    return std::make_unique<Lock>(*this, std::string(name));
}

Result<std::size_t> Disk::read(DiskFile& file, std::uint64_t offset, std::span<char> out) {
    (void)take_time(profile_.cache_min, profile_.cache_max);
    if (fails(faults_.read_errors_ppm)) {
        ++counts_.read_errors;
        record(DiskOperation::read_error, file.number, offset);
        return io_error("read");
    }
    const std::string& content = file.content.live();
    const std::size_t from = std::min(content.size(), static_cast<std::size_t>(offset));
    const std::size_t size = std::min(out.size(), content.size() - from);
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
    record(DiskOperation::read, file.number, offset);
    return size;
}

bool Disk::has_room(const DiskFile& file, std::uint64_t end) const {
    if (faults_.capacity == UINT64_MAX || end <= file.content.live().size()) return true;
    std::uint64_t used = end - file.content.live().size();
    for (const auto& [name, other] : names_.live()) used += other->content.live().size();
    return used <= faults_.capacity;
}

Result<void> Disk::write(DiskFile& file, std::uint64_t offset, std::string_view bytes) {
    const Stamp stamp = take_time(profile_.cache_min, profile_.cache_max);
    if (!has_room(file, offset + bytes.size())) {
        ++counts_.full;
        record(DiskOperation::full, file.number, offset);
        return Error{Errc::full, "no space left on the disk"};
    }
    if (write_fails()) {
        ++counts_.write_errors;
        if (!faults_.gone && !faults_.read_only)
            file.content.write_in_part(stamp, offset, bytes, random_);
        record(DiskOperation::write_error, file.number, offset, bytes);
        return io_error("write");
    }
    constexpr std::uint64_t sector = DiskContent::sector_bytes;
    const std::uint64_t sectors = file.content.live().size() / sector;
    if (sectors > 1 && faults_.misdirected_ppm > 0 && fails(faults_.misdirected_ppm)) {
        ++counts_.misdirected;
        offset = random_.below(sectors) * sector;
        record(DiskOperation::misdirected, file.number, offset);
    }
    file.content.write(stamp, offset, bytes);
    record(DiskOperation::write, file.number, offset, bytes);
    return {};
}

Result<void> Disk::truncate(DiskFile& file, std::uint64_t size) {
    const Stamp stamp = take_time(profile_.cache_min, profile_.cache_max);
    if (write_fails()) {
        ++counts_.write_errors;
        record(DiskOperation::write_error, file.number, size);
        return io_error("truncate");
    }
    file.content.truncate(stamp, size);
    record(DiskOperation::truncate, file.number, size);
    return {};
}

Result<void> Disk::sync(DiskFile& file) {
    const Stamp stamp = take_sync_time();
    ++counts_.syncs;
    if (fails(faults_.sync_errors_ppm)) {
        ++counts_.sync_errors;
        const Loss loss = Loss::draw(random_, false);
        file.content.sync_failed(stamp, loss, random_, counts_.at_failed_sync);
        record(DiskOperation::sync_error, file.number);
        return io_error("sync");
    }
    if (faults_.syncs_lie) {
        ++counts_.lies;
        record(DiskOperation::lie, file.number);
        return {};
    }
    file.content.sync(stamp);
    record(DiskOperation::sync, file.number);
    return {};
}

void Disk::kill() {
    const Instant at = now_();
    ++counts_.kills;
    ++incarnation_;
    locks_.clear();
    record(DiskOperation::kill, 0);
    for (const std::shared_ptr<DiskFile>& file : names_.files()) file->content.undo_from(at);
    names_.undo_from(at);
    busy_until_ = at;
}

void Disk::power_loss() {
    const Instant at = now_();
    ++counts_.power_losses;
    ++incarnation_;
    locks_.clear();
    record(DiskOperation::power_loss, 0);
    for (const std::shared_ptr<DiskFile>& file : names_.files()) {
        const Loss loss = Loss::draw(random_, profile_.garbage);
        file->content.lose_power(at, loss, random_, counts_.at_power_loss);
    }
    const Loss loss = Loss::draw(random_, false);
    names_.lose_power(at, loss, random_, counts_.at_power_loss);
    for (const auto& [name, file] : names_.live())
        record(DiskOperation::content_after, file->number, 0, file->content.live());
    busy_until_ = at;
    stalled_until_ = at;
}

bool Disk::rot() {
    constexpr std::uint64_t sector = DiskContent::sector_bytes;
    const auto sectors_of = [](const DiskFile& file) {
        return (file.content.live().size() + sector - 1) / sector;
    };
    std::uint64_t sectors = 0;
    for (const auto& [name, file] : names_.live()) sectors += sectors_of(*file);
    if (sectors == 0) return false;
    std::uint64_t drawn = random_.below(sectors);
    std::array<char, sector> noise{};
    random_.fill(noise);
    const std::string_view bytes(noise.data(), noise.size());
    for (const auto& [name, file] : names_.live()) {
        if (drawn < sectors_of(*file)) {
            file->content.overwrite_silently(now_(), drawn * sector, bytes);
            record(DiskOperation::rot, file->number, drawn * sector, bytes);
            break;
        }
        drawn -= sectors_of(*file);
    }
    ++counts_.rotten;
    return true;
}

DiskImage Disk::image() const {
    DiskImage image;
    for (const auto& [name, file] : names_.live()) image[name] = file->content.live();
    return image;
}

void Disk::load(const DiskImage& image) {
    ++incarnation_;
    locks_.clear();
    names_ = DiskDirectory();
    const Stamp stamp{now_(), now_(), now_()};
    for (const auto& [name, bytes] : image) {
        auto file = std::make_shared<DiskFile>();
        file->number = next_file_++;
        file->content.restore(bytes);
        names_.create(stamp, name, std::move(file));
    }
    names_.sync(stamp);
}

}  // namespace playback::sim
