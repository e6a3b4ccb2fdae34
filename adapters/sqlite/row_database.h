// RowDatabase: the rows of one data directory in SQLite. The half of the store that blocks.
//
// A group of batches is appended as one row of the table `log` and folded into the table `rows`
// later, in bounded steps; until then the overlay has it, and reads look there first. A batch is
// durable when its append is: a fold moves what is durable already and need not wait for the disk.
// Used by one thread at a time.
//
// After a failed fsync, or any failure that leaves open what was written, every call fails with
// io_failed: only a new process may look at the file again. A full disk changes nothing and may
// pass. DESIGN section 3, Commit and answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/files_vfs.h"
#include "adapters/sqlite/log_row.h"
#include "adapters/sqlite/overlay.h"
#include "engine/io/files.h"
#include "engine/io/store.h"

namespace playback::adapters {

struct SqliteOptions {
    std::string directory;
    io::Durability durability = io::Durability::full;  // `memory` is MemoryStore
    io::Files* files = nullptr;  // the simulated disk; null: the real file system
    // Runs before each piece of work: the simulator seeds SQLite's generator here.
    std::function<void()> before_call;
    bool verify = false;  // read all of the file at open and refuse a damaged one

    // The newest part of the log stays unfolded: most messages are erased while they are in it.
    std::size_t fold_keep_changes = 8192;
    std::size_t fold_keep_bytes = std::size_t{4} << 20;
    std::size_t fold_step = 256;          // changes that one step moves
    std::size_t checkpoint_pages = 1000;  // of 4 KiB, in SQLite's own write-ahead log
    std::size_t cache_bytes = std::size_t{8} << 20;
};

// What the file would like to do when there is time.
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
    static constexpr std::uint64_t format = 1;  // of the data; a new number needs a migration

    // Fails with in_use, unsupported (another application's file or another format), corrupt, full,
    // denied or io_failed; then nothing that was there is changed.
    static Result<std::unique_ptr<RowDatabase>> open(SqliteOptions options);

    Result<io::Epoch> acquire(SlotNumber slot);

    struct Commit {
        io::Batch batch;
        Result<std::vector<Result<void>>> outcome;
    };
    // One durable write for all of them; fills the outcomes.
    void commit(std::span<Commit* const> group);

    Result<std::vector<io::Row>> scan(std::string_view from,
                                      std::string_view to,
                                      std::size_t limit);

    [[nodiscard]] Upkeep upkeep() const;
    // One bounded step of it.
    void maintain();

    [[nodiscard]] const SqliteStats& stats() const { return stats_; }
    [[nodiscard]] bool broken() const { return broken_; }

private:
    explicit RowDatabase(SqliteOptions options) : options_(std::move(options)) {}

    Result<void> open_file();
    Result<void> check_owner(bool& is_new);
    Result<void> create_tables();
    Result<void> check_format();
    Result<void> prepare_statements();
    Result<void> load_epochs();
    Result<void> load_log();
    Result<void> start_log_again();

    void fence(Commit& commit) const;
    void encode(const Commit& commit);
    Result<void> append();
    Step append_torn(std::string_view body);
    void remember(Commit& commit);
    void commit_group(std::span<Commit* const> group);

    Error failed_write(std::string_view what);
    void fold();
    Step fold_changes(const Overlay::Fold& fold);
    void checkpoint();

    SqliteOptions options_;
    std::optional<FilesVfs> vfs_;
    std::unique_ptr<io::FileLock> lock_;
    Connection connection_;
    Statement append_log_, erase_log_, put_row_, erase_row_, scan_rows_, put_epoch_;
    Statement begin_, commit_;

    Overlay overlay_;
    LogRowWriter writer_;
    std::vector<io::Epoch> epochs_;  // by slot
    std::uint64_t next_log_row_ = 1;
    std::size_t wal_pages_ = 0;
    std::size_t last_changes_ = 0;  // of the newest append: folding must keep up with it
    bool upkeep_blocked_ = false;   // the disk was full; wait for a commit that succeeds
    bool broken_ = false;
    SqliteStats stats_;
};

}  // namespace playback::adapters
