#include "adapters/sqlite/sqlite_store.h"

#include <utility>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

std::size_t size_of(const io::Batch& batch) {
    std::size_t bytes = 0;
    for (const io::BatchSection& section : batch.sections) {
        for (const io::Row& row : section.puts) bytes += row.key.size() + row.value.size();
        for (const std::string& key : section.erases) bytes += key.size();
    }
    return bytes;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options, io::Worker& worker) {
    std::function<void()> before_call = options.before_call;
    TRY(database, RowDatabase::open(std::move(options)));
    return std::unique_ptr<SqliteStore>(
        new SqliteStore(std::move(database), std::move(before_call), worker));
}

SqliteStore::SqliteStore(std::unique_ptr<RowDatabase> database,
                         std::function<void()> before_call,
                         io::Worker& worker)
    : database_(std::move(database)), before_call_(std::move(before_call)), worker_(worker) {
}

io::Task<Result<io::Epoch>> SqliteStore::acquire(SlotNumber slot) {
    if (Result<void> room = room_for(0); !room) co_return std::move(room).error();
    auto start = [this, slot](io::Resumer<Result<io::Epoch>> resumer) {
        enqueue(AcquireCall{slot, std::move(resumer), {}});
    };
    Result<io::Epoch> epoch = co_await io::suspend<Result<io::Epoch>>(start);
    co_return epoch;
}

io::Task<Result<std::vector<Result<void>>>> SqliteStore::commit(io::Batch batch) {
    const std::size_t bytes = size_of(batch);
    if (Result<void> room = room_for(bytes); !room) co_return std::move(room).error();
    auto start = [this, &batch, bytes](io::Resumer<Outcomes> resumer) {
        enqueue(CommitCall{{std::move(batch), {}}, bytes, std::move(resumer)});
    };
    Outcomes outcomes = co_await io::suspend<Outcomes>(start);
    co_return outcomes;
}

io::Task<Result<std::vector<io::Row>>> SqliteStore::scan(std::string from,
                                                         std::string to,
                                                         std::size_t limit) {
    if (Result<void> room = room_for(0); !room) co_return std::move(room).error();
    auto start = [this, &from, &to, limit](io::Resumer<Rows> resumer) {
        enqueue(ScanCall{std::move(from), std::move(to), limit, std::move(resumer), {}});
    };
    Rows rows = co_await io::suspend<Rows>(start);
    co_return rows;
}

Result<void> SqliteStore::room_for(std::size_t bytes) const {
    if (bytes > batch_bytes_max) return Error{Errc::invalid_argument, "a batch may have 64 MiB"};
    if (waiting_.size() >= waiting_calls_max || waiting_bytes_ + bytes > waiting_bytes_max)
        return Error{Errc::unavailable, "too much waits for the disk"};
    return {};
}

void SqliteStore::enqueue(Call call) {
    if (const auto* commit = std::get_if<CommitCall>(&call)) waiting_bytes_ += commit->bytes;
    waiting_.push_back(std::move(call));
    pump();
}

void SqliteStore::pump() {
    if (busy_) return;
    const bool keep_up =
        waiting_.empty() ? upkeep_ != Upkeep::none : upkeep_ == Upkeep::urgent && !was_upkeep_;
    if (!keep_up && waiting_.empty()) return;
    busy_ = true;
    was_upkeep_ = keep_up;
    if (!keep_up) take_group();
    worker_.run([this] { execute(); }, [this] { finish(); });
}

// The next call, and as many commits behind it as may share its write.
void SqliteStore::take_group() {
    std::size_t bytes = 0;
    while (!waiting_.empty() && running_.size() < group_calls_max) {
        const auto* const commit = std::get_if<CommitCall>(&waiting_.front());
        if (!running_.empty() && (commit == nullptr || bytes + commit->bytes > group_bytes_max))
            return;
        if (commit != nullptr) {
            bytes += commit->bytes;
            waiting_bytes_ -= commit->bytes;
        }
        const bool alone = commit == nullptr;
        running_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        if (alone) return;
    }
}

void SqliteStore::execute() {
    if (before_call_) before_call_();
    if (running_.empty()) {
        database_->maintain();
        return;
    }
    if (auto* const acquire = std::get_if<AcquireCall>(&running_.front())) {
        acquire->result = database_->acquire(acquire->slot);
        return;
    }
    if (auto* const scan = std::get_if<ScanCall>(&running_.front())) {
        scan->result = database_->scan(scan->from, scan->to, scan->limit);
        return;
    }
    group_.clear();
    for (Call& call : running_) group_.push_back(&std::get<CommitCall>(call).commit);
    database_->commit(group_);
}

void SqliteStore::finish() {
    CHECK(busy_);
    stats_ = database_->stats();
    upkeep_ = database_->upkeep();
    std::vector<Call> finished;
    finished.swap(running_);
    busy_ = false;
    // The disk first, then the waiters: what they start next joins the group after.
    pump();
    for (Call& call : finished) answer(call);
}

void SqliteStore::answer(Call& call) {
    if (auto* const acquire = std::get_if<AcquireCall>(&call))
        acquire->resumer.resume_now(std::move(acquire->result));
    else if (auto* const scan = std::get_if<ScanCall>(&call))
        scan->resumer.resume_now(std::move(scan->result));
    else if (auto* const commit = std::get_if<CommitCall>(&call))
        commit->resumer.resume_now(std::move(commit->commit.outcome));
}

}  // namespace playback::adapters
