// RowDatabase: the rows of a data directory: a log of the newest commits, the table of the others,
// and in memory what the log says and the table does not yet.
//
// One durable write appends a group of commits to the log; in steps of upkeep the oldest of them
// move to the table. Most rows are messages, which are erased before that. SQLite needs 5 to 10 us
// for a row and moments of milliseconds to get its file to the disk: none of it is in the way of a
// commit, because what blocks comes in two kinds that may run at the same time:
//
//     begin_commit  -> write_commit (the log)    -> end_commit
//     begin_acquire -> write_acquire (the table) -> end_acquire
//     begin_upkeep  -> work_upkeep  (the table)  -> end_upkeep
//                      read         (the table)  -> merge
//
// Those in the middle block; the others are for the owner's thread. Of each kind, log and table,
// one may run at a time. The calls without these words do all of it at once: for who has nothing
// else to do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/append_log.h"
#include "adapters/sqlite/overlay.h"
#include "adapters/sqlite/row_table.h"
#include "engine/io/files.h"
#include "engine/io/store.h"

namespace playback::adapters {

struct SqliteOptions {
    std::string directory;
    io::Durability durability = io::Durability::full;  // `memory` is MemoryStore
    io::Files* files = nullptr;  // the simulated disk; null: the real file system
    // Runs before each piece of work on the table: the simulator seeds SQLite's generator here.
    std::function<void()> before_call;
    bool verify = false;  // read all of the table at open and refuse a damaged one

    // Runs between the parts of a fold, on the worker: who waits for the core gets it.
    std::function<void()> between_parts;

    // The newest part of the log stays unfolded, at least what a fold leaves of it: most messages
    // are erased while they are in it.
    std::size_t fold_keep_changes = 8192;
    std::size_t fold_keep_bytes = std::size_t{4} << 20;
    // One fold: changes that it forgets, and those of them that the table hears of, which are
    // copied. With `process` it costs a sync.
    std::size_t fold_step = 4096;
    std::size_t fold_writes = 1024;
    std::size_t fold_part = 128;                        // writes in one transaction
    std::size_t log_file_bytes = std::size_t{4} << 20;  // of each of the two
    std::size_t checkpoint_pages = 1000;                // of 4 KiB, in SQLite's own log
    std::size_t cache_bytes = std::size_t{8} << 20;
};

// What the table would like to do when there is time.
enum class Upkeep : std::uint8_t { none, when_idle, urgent };

// Counts since open, for metrics and tests.
struct SqliteStats {
    std::uint64_t appends = 0;      // log rows written
    std::uint64_t folded_rows = 0;  // puts that reached the row table
    std::uint64_t folds = 0;
    std::uint64_t checkpoints = 0;
};

class RowDatabase {
public:
    // Fails with in_use, unsupported (another application's file or another format), corrupt, full,
    // denied or io_failed; then nothing that was there is changed.
    static Result<std::unique_ptr<RowDatabase>> open(SqliteOptions options);

    struct Commit {
        io::Batch batch;
        Result<std::vector<Result<void>>> outcome;
    };
    // One durable write for all of them. False if there is nothing to write.
    bool begin_commit(std::span<Commit* const> group);
    void write_commit();
    void end_commit(std::span<Commit* const> group);  // fills the outcomes
    void commit(std::span<Commit* const> group);      // one by one if they do not fit together

    struct Acquire {
        SlotNumber slot = 0;
        io::Epoch epoch = 0;
        Result<void> written;
    };
    Result<Acquire> begin_acquire(SlotNumber slot) const;
    void write_acquire(Acquire& call);
    Result<io::Epoch> end_acquire(const Acquire& call);
    Result<io::Epoch> acquire(SlotNumber slot);

    struct Scan {
        std::string from;
        std::string to;
        std::size_t limit = 0;
        std::size_t most = 0;  // so many of the table; some may be erased by now
        Result<std::vector<io::Row>> rows;
    };
    Scan begin_scan(std::string from, std::string to, std::size_t limit) const;
    void read(Scan& scan);
    // Nothing if more of the table must be read for `limit` rows: read again.
    std::optional<Result<std::vector<io::Row>>> merge(Scan& scan);
    Result<std::vector<io::Row>> scan(std::string_view from,
                                      std::string_view to,
                                      std::size_t limit);

    [[nodiscard]] Upkeep upkeep() const;
    // One bounded step of it; there must be some.
    void begin_upkeep();
    void work_upkeep();
    void end_upkeep();
    void maintain();

    [[nodiscard]] const SqliteStats& stats() const { return stats_; }

private:
    explicit RowDatabase(SqliteOptions options) : options_(std::move(options)) {}

    Result<void> open_files();
    Result<void> take_row(const LogRow& row);

    void fence(Commit& commit) const;
    void encode(const Commit& commit);
    void remember(Commit& commit);
    void prepare_fold();
    Result<void> fold();
    void forget_folded();
    [[nodiscard]] bool wants_checkpoint() const;
    void before_table() const {
        if (options_.before_call) options_.before_call();
    }

    SqliteOptions options_;
    std::unique_ptr<io::FileLock> lock_;
    std::unique_ptr<RowTable> table_;
    std::optional<AppendLog> log_;

    Overlay overlay_;
    std::vector<io::Epoch> epochs_;  // by slot
    // As of the last work on the table, and on the log.
    LogPoint folded_, folded_on_disk_;
    std::size_t wal_pages_ = 0;
    std::uint64_t log_wanted_ = 0;
    std::size_t last_changes_ = 0;  // of the newest append: folding must keep up with it
    bool upkeep_blocked_ = false;   // the disk was full; wait for a commit that succeeds
    bool broken_ = false;
    SqliteStats stats_;

    // The commit that is being written.
    LogRowWriter writer_;
    std::uint64_t forgettable_ = 0;
    Result<void> written_;

    // The upkeep that is being done.
    bool is_checkpoint_ = false;
    std::vector<Overlay::Part> fold_;
    std::uint64_t newest_ = 0;  // row of the log when the fold was prepared
    std::vector<std::vector<RowTable::Change>> changes_;  // of its parts
    Result<void> worked_;
};

}  // namespace playback::adapters
