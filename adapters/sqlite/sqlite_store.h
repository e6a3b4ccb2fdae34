// SqliteStore: the Store on SQLite. The half that never blocks: a queue of calls and their waiters.
//
// One piece of work is at the worker at a time; calls that come meanwhile wait, and commits that
// wait together share one durable write. When the queue is empty the file gets a step of upkeep.
// Order is that of the calls. The queue is bounded; beyond it calls fail with `unavailable`.
//
// The worker must have stopped before this goes. Destroying it writes nothing: what was not
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

    // Blocks (the simulator calls it inside a piece of work). Errors as RowDatabase::open.
    static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options, io::Worker& worker);

    io::Task<Result<io::Epoch>> acquire(SlotNumber slot) override;
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch batch) override;
    io::Task<Result<std::vector<io::Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) override;

    // As of the last finished piece of work.
    [[nodiscard]] const SqliteStats& stats() const { return stats_; }
    [[nodiscard]] bool idle() const { return !busy_; }

private:
    using Outcomes = Result<std::vector<Result<void>>>;
    using Rows = Result<std::vector<io::Row>>;

    struct AcquireCall {
        SlotNumber slot;
        io::Resumer<Result<io::Epoch>> resumer;
        Result<io::Epoch> result;
    };
    struct CommitCall {
        RowDatabase::Commit commit;
        std::size_t bytes;
        io::Resumer<Outcomes> resumer;
    };
    struct ScanCall {
        std::string from;
        std::string to;
        std::size_t limit;
        io::Resumer<Rows> resumer;
        Rows result;
    };
    using Call = std::variant<AcquireCall, CommitCall, ScanCall>;

    SqliteStore(std::unique_ptr<RowDatabase> database,
                std::function<void()> before_call,
                io::Worker& worker);

    [[nodiscard]] Result<void> room_for(std::size_t bytes) const;
    void enqueue(Call call);
    void pump();
    void take_group();
    void finish();
    static void answer(Call& call);

    // On the worker.
    void execute();

    std::unique_ptr<RowDatabase> database_;
    std::function<void()> before_call_;
    io::Worker& worker_;

    std::deque<Call> waiting_;
    std::size_t waiting_bytes_ = 0;
    // At the worker; it fills the results and leaves the resumers alone. Empty: a step of upkeep.
    std::vector<Call> running_;
    std::vector<RowDatabase::Commit*> group_;
    bool busy_ = false;
    bool was_upkeep_ = false;
    Upkeep upkeep_ = Upkeep::none;
    SqliteStats stats_;
};

}  // namespace playback::adapters
