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

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options, Workers workers) {
    TRY(database, RowDatabase::open(std::move(options)));
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(database), workers));
}

io::Task<Result<io::Epoch>> SqliteStore::acquire(SlotNumber slot) {
    if (Result<void> room = room_for(0); !room) co_return std::move(room).error();
    auto start = [this, slot](io::Resumer<Result<io::Epoch>> resumer) {
        calls_.push_back(AcquireCall{{slot, 0, {}}, std::move(resumer)});
        pump_table();
    };
    Result<io::Epoch> epoch = co_await io::suspend<Result<io::Epoch>>(start);
    co_return epoch;
}

io::Task<Result<std::vector<Result<void>>>> SqliteStore::commit(io::Batch batch) {
    const std::size_t bytes = size_of(batch);
    if (Result<void> room = room_for(bytes); !room) co_return std::move(room).error();
    auto start = [this, &batch, bytes](io::Resumer<Outcomes> resumer) {
        waiting_bytes_ += bytes;
        commits_.push_back({{std::move(batch), {}}, bytes, false, std::move(resumer)});
        pump_log();
    };
    Outcomes outcomes = co_await io::suspend<Outcomes>(start);
    co_return outcomes;
}

io::Task<Result<std::vector<io::Row>>> SqliteStore::scan(std::string from,
                                                         std::string to,
                                                         std::size_t limit) {
    if (Result<void> room = room_for(0); !room) co_return std::move(room).error();
    auto start = [this, &from, &to, limit](io::Resumer<Rows> resumer) {
        RowDatabase::Scan scan = database_->begin_scan(std::move(from), std::move(to), limit);
        calls_.push_back(ScanCall{std::move(scan), std::move(resumer)});
        pump_table();
    };
    Rows rows = co_await io::suspend<Rows>(start);
    co_return rows;
}

Result<void> SqliteStore::room_for(std::size_t bytes) const {
    if (bytes > batch_bytes_max) return Error{Errc::invalid_argument, "a batch may have 64 MiB"};
    if (commits_.size() + calls_.size() >= waiting_calls_max ||
        waiting_bytes_ + bytes > waiting_bytes_max)
        return Error{Errc::unavailable, "too much waits for the disk"};
    return {};
}

void SqliteStore::pump_log() {
    while (!log_busy_ && !commits_.empty()) {
        if (was_commit_ && database_->upkeep() == Upkeep::urgent) return pump_table();
        was_commit_ = true;
        take_group();
        if (!database_->begin_commit(group_commits_)) {
            finish_group();
            continue;
        }
        log_busy_ = true;
        auto done = [this] {
            log_busy_ = false;
            database_->end_commit(group_commits_);
            finish_group();
        };
        workers_.log.run([this] { database_->write_commit(); }, std::move(done));
    }
}

// The next commit, and as many behind it as may share its write.
void SqliteStore::take_group() {
    std::size_t bytes = 0;
    while (!commits_.empty() && group_.size() < group_calls_max) {
        CommitCall& next = commits_.front();
        const bool is_apart = next.alone || bytes + next.bytes > group_bytes_max;
        if (!group_.empty() && (is_apart || group_.front().alone)) break;
        bytes += next.bytes;
        waiting_bytes_ -= next.bytes;
        group_.push_back(std::move(next));
        commits_.pop_front();
    }
    group_commits_.clear();
    for (CommitCall& call : group_) group_commits_.push_back(&call.commit);
}

void SqliteStore::finish_group() {
    if (try_one_by_one()) return pump_log();
    std::vector<CommitCall> finished;
    finished.swap(group_);
    // The disk first, then the waiters: what they start next joins the group after.
    pump_log();
    if (!table_busy_) pump_table();
    for (CommitCall& call : finished) call.resumer.resume_now(std::move(call.commit.outcome));
}

// Together they did not fit; a small one alone still may.
bool SqliteStore::try_one_by_one() {
    const RowDatabase::Commit& first = group_.front().commit;
    if (group_.size() == 1 || first.outcome || first.outcome.error().code != Errc::full)
        return false;
    for (std::size_t i = group_.size(); i-- > 0;) {
        group_[i].alone = true;
        waiting_bytes_ += group_[i].bytes;
        commits_.push_front(std::move(group_[i]));
    }
    group_.clear();
    return true;
}

void SqliteStore::pump_table() {
    if (table_busy_) return;
    const Upkeep upkeep = database_->upkeep();
    const bool is_urgent = upkeep == Upkeep::urgent && was_commit_;
    if (is_urgent || (calls_.empty() && upkeep != Upkeep::none)) return start_table(UpkeepCall{});
    if (calls_.empty()) return;
    TableCall next = std::move(calls_.front());
    calls_.pop_front();
    start_table(std::move(next));
}

void SqliteStore::start_table(TableCall call) {
    table_busy_ = true;
    running_ = std::move(call);
    if (std::holds_alternative<UpkeepCall>(running_)) database_->begin_upkeep();
    if (auto* const acquire = std::get_if<AcquireCall>(&running_)) {
        Result<RowDatabase::Acquire> begun = database_->begin_acquire(acquire->acquire.slot);
        acquire->acquire.written = begun ? Result<void>() : begun.error();
        if (begun) acquire->acquire = *std::move(begun);
    }
    workers_.table.run([this] { work_on_table(); }, [this] { finish_table(); });
}

void SqliteStore::work_on_table() {
    if (auto* const acquire = std::get_if<AcquireCall>(&running_)) {
        if (acquire->acquire.written) database_->write_acquire(acquire->acquire);
    } else if (auto* const scan = std::get_if<ScanCall>(&running_)) {
        database_->read(scan->scan);
    } else {
        database_->work_upkeep();
    }
}

void SqliteStore::finish_table() {
    CHECK(table_busy_);
    table_busy_ = false;
    TableCall finished = std::move(running_);
    std::visit([this](auto& call) { finish(std::move(call)); }, finished);
}

void SqliteStore::finish(AcquireCall call) {
    Result<io::Epoch> epoch = database_->end_acquire(call.acquire);
    pump_table();
    call.resumer.resume_now(std::move(epoch));
}

void SqliteStore::finish(ScanCall call) {
    std::optional<Rows> rows = database_->merge(call.scan);
    if (!rows) return start_table(std::move(call));
    pump_table();
    call.resumer.resume_now(*std::move(rows));
}

void SqliteStore::finish(UpkeepCall) {
    database_->end_upkeep();
    was_commit_ = false;
    pump_log();
    pump_table();
}

}  // namespace playback::adapters
