// Disk: the disk of one simulated machine. It outlives the processes that run on it.
//
// Implements io::Files, so the real SQLite runs on it. Operations take virtual time, drawn from the
// disk's own random stream, one after the other; `last_completion` is when the result of a store
// call may be delivered (it is what SimNode::make_worker asks). The machine tells it of crashes:
//
//     node.add_hooks({.killed = [&] { disk.kill(); }, .power_lost = [&] { disk.power_loss(); }});
//
// After a kill everything issued before it is there (the operating system's cache survives); after
// a power loss everything that finished syncs cover is there, and of the rest a drawn legal part,
// torn by 512-byte sector. Handles and locks of the dead process answer EIO from then on and draw
// nothing. Every operation and every fault goes into the trace. Must outlive its handles.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/io/files.h"
#include "sim/crash_states.h"
#include "sim/disk_directory.h"
#include "sim/trace.h"

namespace playback::sim {

// How fast a disk is. Reads and writes go to the operating system's cache; a sync goes to the
// platter.
struct DiskProfile {
    Duration cache_min = microseconds(1);
    Duration cache_max = microseconds(20);
    Duration sync_min = microseconds(150);
    Duration sync_max = milliseconds(1);
    std::uint32_t stalls_ppm = 0;  // of the syncs: a disk that is busy with something else
    Duration stall_max = milliseconds(200);
    bool garbage = false;  // a sector torn by a power loss may be neither old nor new

    // From a quiet SSD to a loaded old one.
    static DiskProfile draw(Random& random);
};

// What is wrong with a disk now. Rates are in parts per million of the operations of that kind.
struct DiskFaults {
    std::uint32_t read_errors_ppm = 0;
    std::uint32_t write_errors_ppm = 0;
    std::uint32_t sync_errors_ppm = 0;
    std::uint32_t open_errors_ppm = 0;
    std::uint32_t misdirected_ppm = 0;    // of the writes: they go to another sector
    std::uint64_t capacity = UINT64_MAX;  // bytes of all files together
    std::int64_t factor = 1;              // everything takes so many times as long
    Duration sync_extra;                  // and a sync up to this much more
    bool read_only = false;
    bool gone = false;       // nothing succeeds
    bool syncs_lie = false;  // they succeed and do nothing
};

// What has happened, for probes and the figures of a run.
struct DiskCounts {
    std::uint64_t operations = 0;
    std::uint64_t syncs = 0;
    std::uint64_t read_errors = 0;
    std::uint64_t write_errors = 0;
    std::uint64_t sync_errors = 0;
    std::uint64_t open_errors = 0;
    std::uint64_t misdirected = 0;
    std::uint64_t lies = 0;
    std::uint64_t full = 0;
    std::uint64_t stalls = 0;
    std::uint64_t kills = 0;
    std::uint64_t power_losses = 0;
    std::uint64_t rotten = 0;
    LossCounts at_power_loss;
    LossCounts at_failed_sync;
};

enum class DiskOperation : std::uint8_t {
    open,
    read,
    write,
    truncate,
    sync,
    remove,
    rename,
    sync_directory,
    lock,
    read_error,
    write_error,
    sync_error,
    full,
    stall,
    rot,
    kill,
    power_loss,
    content_after,  // of a file, after a power loss
    open_error,
    misdirected,
    lie,
};

class Disk final : public io::Files {
public:
    // `id` names the disk in the trace.
    Disk(std::uint64_t id,
         Random random,
         DiskProfile profile,
         std::function<Instant()> now,
         Trace& trace);

    // --- io::Files ---
    Result<std::unique_ptr<io::File>> open(std::string_view name, bool create) override;
    Result<void> remove(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<bool> exists(std::string_view name) override;
    Result<void> sync_directory() override;
    Result<std::unique_ptr<io::FileLock>> lock(std::string_view name) override;
    [[nodiscard]] Instant now() const override { return now_(); }

    // When everything issued so far is done; not before now.
    [[nodiscard]] Instant last_completion() const;

    // --- faults ---
    void set_faults(DiskFaults faults) { faults_ = faults; }
    [[nodiscard]] const DiskFaults& faults() const { return faults_; }
    // Operations issued before `until` are done no sooner than then.
    void stall(Instant until);
    // `act` is told when the nth sync from now on will be done.
    void on_sync(std::uint64_t nth, std::function<void(Instant done)> act);
    void kill();
    void power_loss();
    // Bytes of a drawn sector, of all files, change where they lie. False if there are none.
    bool rot();

    [[nodiscard]] const DiskCounts& counts() const { return counts_; }
    // To start many runs from one prepared state.
    [[nodiscard]] DiskImage image() const;
    // What a power loss at `at`, not before now, could leave of what was issued so far.
    [[nodiscard]] CrashStates crash_states(Instant at) const { return {names_, at}; }
    void load(const DiskImage& image);

private:
    class Handle;
    class Lock;

    Stamp take_time(Duration min, Duration max);
    bool fails(std::uint32_t ppm);
    bool write_fails();
    void tell_sync(Instant done);
    void record(DiskOperation operation,
                std::uint64_t file,
                std::uint64_t offset = 0,
                std::string_view bytes = {});

    Result<std::size_t> read(DiskFile& file, std::uint64_t offset, std::span<char> out);
    Result<void> write(DiskFile& file, std::uint64_t offset, std::string_view bytes);
    Result<void> truncate(DiskFile& file, std::uint64_t size);
    Result<void> sync(DiskFile& file);
    [[nodiscard]] bool has_room(const DiskFile& file, std::uint64_t end) const;
    [[nodiscard]] Stamp take_sync_time();

    std::uint64_t id_;
    Random random_;
    DiskProfile profile_;
    DiskFaults faults_;
    std::function<Instant()> now_;
    Trace& trace_;

    DiskDirectory names_;
    std::map<std::string, std::uint64_t, std::less<>> locks_;  // name to incarnation
    std::uint64_t next_file_ = 1;
    std::uint64_t incarnation_ = 1;  // of the process that uses it; older handles are dead
    Instant busy_until_;
    Instant stalled_until_;
    std::uint64_t syncs_left_ = 0;  // until somebody is told
    std::function<void(Instant)> told_of_sync_;
    DiskCounts counts_;
};

}  // namespace playback::sim
