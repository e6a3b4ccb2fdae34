// SqliteStore: the Store on RowDatabase. The half that never blocks: queues of calls and their
// waiters.
//
// Commits go to the worker of the log, all else to that of the table, one piece of work at a time
// each. What comes meanwhile waits, and commits that wait together share one durable write. When
// nobody waits for the table it does a step of upkeep; when there is too much of that, commits wait
// for a step each time. Queues are bounded; beyond that calls fail with `unavailable`.
//
// The workers must have stopped before this goes. Destroying it writes nothing: what was not
// answered may or may not be there.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "adapters/sqlite/row_database.h"
#include "engine/io/store.h"
#include "engine/io/worker.h"

namespace playback::adapters {

class SqliteStore final : public io::Store {
public:
    static constexpr std::size_t waiting_calls_max = 16 * 1024;
    static constexpr std::size_t waiting_bytes_max = std::size_t{256} << 20;
    static constexpr std::size_t batch_bytes_max = std::size_t{64} << 20;
    // Of one durable write.
    static constexpr std::size_t group_calls_max = 1024;
    static constexpr std::size_t group_bytes_max = std::size_t{4} << 20;

    // Where blocking work runs. The log's may be one that blocks its caller if a write does not
    // wait for the disk (durability `process`).
    struct Workers {
        io::Worker& log;
        io::Worker& table;
    };

    // Blocks (the simulator calls it inside a piece of work). Errors as RowDatabase::open.
    static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options, Workers workers);

    io::Task<Result<io::Epoch>> acquire(SlotNumber slot) override;
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch batch) override;
    io::Task<Result<std::vector<io::Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) override;

    [[nodiscard]] const SqliteStats& stats() const { return database_->stats(); }
    [[nodiscard]] bool idle() const { return !log_busy_ && !table_busy_; }

private:
    using Outcomes = Result<std::vector<Result<void>>>;
    using Rows = Result<std::vector<io::Row>>;

    struct CommitCall {
        RowDatabase::Commit commit;
        std::size_t bytes = 0;
        bool alone = false;  // there was no room for it and others together
        io::Resumer<Outcomes> resumer;
    };
    struct AcquireCall {
        RowDatabase::Acquire acquire;
        io::Resumer<Result<io::Epoch>> resumer;
    };
    struct ScanCall {
        RowDatabase::Scan scan;
        io::Resumer<Rows> resumer;
    };
    struct UpkeepCall {};
    using TableCall = std::variant<AcquireCall, ScanCall, UpkeepCall>;

    SqliteStore(std::unique_ptr<RowDatabase> database, Workers workers)
        : database_(std::move(database)), workers_(workers) {}

    [[nodiscard]] Result<void> room_for(std::size_t bytes) const;

    void pump_log();
    void take_group();
    void finish_group();
    bool try_one_by_one();

    void pump_table();
    void start_table(TableCall call);
    void work_on_table();  // on the worker
    void finish_table();
    void finish(AcquireCall call);
    void finish(ScanCall call);
    void finish(UpkeepCall call);

    std::unique_ptr<RowDatabase> database_;
    Workers workers_;

    std::deque<CommitCall> commits_;
    std::size_t waiting_bytes_ = 0;
    std::vector<CommitCall> group_;  // being written; resumers are left alone
    std::vector<RowDatabase::Commit*> group_commits_;
    bool log_busy_ = false;
    bool was_commit_ = false;  // since the last step of upkeep

    std::deque<TableCall> calls_;
    TableCall running_;  // at the worker, if it is busy
    bool table_busy_ = false;
};

}  // namespace playback::adapters
