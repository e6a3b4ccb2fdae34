#include "adapters/sqlite/row_database.h"

#include <algorithm>
#include <utility>

#include "adapters/sqlite/directory_lock.h"
#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

constexpr const char* lock_name = "playback.lock";

// Beyond so many times what it keeps, upkeep goes before commits, and the log has an end: then a
// commit is refused as if the disk were full (it usually is).
constexpr std::size_t urgent_factor = 4;
constexpr std::size_t log_factor_max = 64;

constexpr std::size_t rows_more = 64;  // of the table, at least, if too many were erased

Error out_of_service() {
    return {Errc::io_failed, "the store stopped after a failed write; restart the node"};
}

}  // namespace

Result<std::unique_ptr<RowDatabase>> RowDatabase::open(SqliteOptions options) {
    std::unique_ptr<RowDatabase> database(new RowDatabase(std::move(options)));
    database->before_table();
    if (Result<void> opened = database->open_files(); !opened) {
        Error error = std::move(opened).error();
        error.detail = "data directory " + database->options_.directory + ": " + error.detail;
        return error;
    }
    return database;
}

Result<void> RowDatabase::open_files() {
    const std::string& directory = options_.directory;
    const bool full = options_.durability == io::Durability::full;
    if (options_.files != nullptr) {
        TRY(held, options_.files->lock(directory + "/" + lock_name));
        lock_ = std::move(held);
    } else {
        TRY(held, lock_directory(directory, lock_name));
        lock_ = std::move(held);
    }
    TRY(table,
        RowTable::open({directory, options_.files, full, options_.verify, options_.cache_bytes}));
    table_ = std::move(table);
    TRY(salt, table_->draw_number());
    epochs_ = table_->take_epochs();
    folded_ = table_->folded();
    folded_on_disk_ = table_->folded_on_disk();

    AppendLog::Options wanted{
        directory, options_.files, options_.log_file_bytes, full, static_cast<std::uint32_t>(salt)};
    TRY(log, AppendLog::open(std::move(wanted), folded_, [this](const LogRow& row) {
            return take_row(row);
        }));
    log_ = std::move(log);
    if (log_->end().number < table_->newest_at_open())
        return Error{Errc::corrupt,
                     "playback.log.0 and playback.log.1 end at row " +
                         std::to_string(log_->end().number) + ", playback.db builds on " +
                         std::to_string(table_->newest_at_open())};
    log_wanted_ = log_->wanted();
    return {};
}

Result<void> RowDatabase::take_row(const LogRow& row) {
    TRY(entries, read_log_entries(row.payload));
    overlay_.begin_row(row.point, row.bytes);
    for (const LogEntry& entry : entries) {
        if (entry.erased)
            overlay_.erase(std::string(entry.key));
        else
            overlay_.put({std::string(entry.key), std::string(entry.value)});
    }
    return {};
}

Result<RowDatabase::Acquire> RowDatabase::begin_acquire(SlotNumber slot) const {
    CHECK(slot < slot_count_max);
    if (broken_) return out_of_service();
    return Acquire{slot, epochs_[slot] + 1, {}};
}

void RowDatabase::write_acquire(Acquire& call) {
    before_table();
    call.written = table_->put_epoch(call.slot, call.epoch);
}

Result<io::Epoch> RowDatabase::end_acquire(const Acquire& call) {
    if (!call.written) {
        if (call.written.error().code != Errc::full) broken_ = true;
        return call.written.error();
    }
    epochs_[call.slot] = call.epoch;
    return call.epoch;
}

Result<io::Epoch> RowDatabase::acquire(SlotNumber slot) {
    TRY(call, begin_acquire(slot));
    write_acquire(call);
    return end_acquire(call);
}

void RowDatabase::fence(Commit& commit) const {
    std::vector<Result<void>> outcomes;
    outcomes.reserve(commit.batch.sections.size());
    for (const io::BatchSection& section : commit.batch.sections) {
        CHECK(section.slot < slot_count_max);
        // Epoch 0 is "never acquired" and owns nothing.
        if (section.epoch != 0 && section.epoch == epochs_[section.slot])
            outcomes.emplace_back();
        else
            outcomes.emplace_back(Error{Errc::fenced, "the slot has another owner"});
    }
    commit.outcome = std::move(outcomes);
}

void RowDatabase::encode(const Commit& commit) {
    for (std::size_t i = 0; i < commit.batch.sections.size(); ++i) {
        if (!(*commit.outcome)[i]) continue;
        const io::BatchSection& section = commit.batch.sections[i];
        for (const io::Row& row : section.puts) writer_.put(row.key, row.value);
        for (const std::string& key : section.erases) writer_.erase(key);
    }
}

bool RowDatabase::begin_commit(std::span<Commit* const> group) {
    Result<void> may;
    if (overlay_.bytes() > options_.fold_keep_bytes * log_factor_max) {
        may = Error{Errc::full, "too much of the log is not folded"};
        upkeep_blocked_ = false;  // it may try again
    }
    if (broken_) may = out_of_service();
    if (!may) {
        for (Commit* const commit : group) commit->outcome = may.error();
        return false;
    }
    writer_.start();
    for (Commit* const commit : group) {
        fence(*commit);
        encode(*commit);
    }
    forgettable_ = folded_on_disk_.number;
    return !writer_.empty();
}

void RowDatabase::write_commit() {
    written_ = log_->append(writer_, forgettable_);
}

void RowDatabase::end_commit(std::span<Commit* const> group) {
    if (!written_) {
        if (written_.error().code != Errc::full) broken_ = true;
        for (Commit* const commit : group) commit->outcome = written_.error();
        return;
    }
    const std::size_t backlog = overlay_.backlog();
    overlay_.begin_row(log_->end(), writer_.size());
    for (Commit* const commit : group) remember(*commit);
    last_changes_ = overlay_.backlog() - backlog;
    log_wanted_ = log_->wanted();
    ++stats_.appends;
    upkeep_blocked_ = false;
}

void RowDatabase::remember(Commit& commit) {
    for (std::size_t i = 0; i < commit.batch.sections.size(); ++i) {
        if (!(*commit.outcome)[i]) continue;
        io::BatchSection& section = commit.batch.sections[i];
        for (io::Row& row : section.puts) overlay_.put(std::move(row));
        for (std::string& key : section.erases) overlay_.erase(std::move(key));
    }
}

void RowDatabase::commit(std::span<Commit* const> group) {
    if (!begin_commit(group)) return;
    write_commit();
    end_commit(group);
    if (group.size() == 1 || group.front()->outcome) return;
    if (group.front()->outcome.error().code != Errc::full) return;
    for (Commit* const& commit : group) this->commit({&commit, 1});
}

RowDatabase::Scan RowDatabase::begin_scan(std::string from,
                                          std::string to,
                                          std::size_t limit) const {
    return {std::move(from), std::move(to), limit, limit, {}};
}

void RowDatabase::read(Scan& scan) {
    before_table();
    scan.rows = table_->read(scan.from, scan.to, scan.most);
}

std::optional<Result<std::vector<io::Row>>> RowDatabase::merge(Scan& scan) {
    if (broken_) return Error{out_of_service()};
    if (!scan.rows) return std::move(scan.rows);
    std::vector<io::Row> found;
    const Overlay::InOrder& changes = overlay_.in_order();
    auto change = changes.lower_bound(scan.from);
    auto row = scan.rows->begin();
    const auto end = scan.rows->end();
    while (found.size() < scan.limit) {
        const bool in_log = change != changes.end() && change->first < scan.to;
        if (!in_log && row == end) break;
        // Behind the last row that was read there may be more of the table.
        if (row == end && scan.rows->size() == scan.most) break;
        const bool is_both = in_log && row != end && change->first == row->key;
        const bool reads_old = is_both && PLAYBACK_PLANT(old_row_read);
        if (reads_old) ++change;
        if (!in_log || reads_old || (row != end && row->key < change->first)) {
            found.push_back(std::move(*row++));
            continue;
        }
        if (is_both) ++row;
        const Overlay::Change& newer = *change->second;
        if (!newer.erased) found.push_back({newer.key, newer.value});
        ++change;
    }
    if (found.size() == scan.limit || scan.rows->size() < scan.most) return found;
    scan.most += std::max(scan.most, rows_more);
    return std::nullopt;
}

Result<std::vector<io::Row>> RowDatabase::scan(std::string_view from,
                                               std::string_view to,
                                               std::size_t limit) {
    if (broken_) return out_of_service();
    Scan scan = begin_scan(std::string(from), std::string(to), limit);
    for (;;) {
        read(scan);
        if (std::optional<Result<std::vector<io::Row>>> rows = merge(scan)) return *std::move(rows);
    }
}

Upkeep RowDatabase::upkeep() const {
    if (broken_ || upkeep_blocked_) return Upkeep::none;
    const auto beyond = [this](std::size_t factor) {
        return overlay_.backlog() > options_.fold_keep_changes * factor ||
               overlay_.bytes() > options_.fold_keep_bytes * factor ||
               wal_pages_ > options_.checkpoint_pages * factor;
    };
    if (beyond(urgent_factor)) return Upkeep::urgent;
    return beyond(1) || wants_checkpoint() ? Upkeep::when_idle : Upkeep::none;
}

// The log would like to go on in its other file, whose rows are in the table, but not on the disk.
bool RowDatabase::wants_checkpoint() const {
    return log_wanted_ > folded_on_disk_.number && log_wanted_ <= folded_.number;
}

void RowDatabase::begin_upkeep() {
    is_checkpoint_ = wal_pages_ > options_.checkpoint_pages || wants_checkpoint();
    if (!is_checkpoint_) prepare_fold();
}

// Copies: what it folds may change while the table takes it.
void RowDatabase::prepare_fold() {
    const std::size_t keeps_up = 2 * last_changes_;
    fold_ = overlay_.oldest({std::max(options_.fold_step, keeps_up),
                             std::max(options_.fold_writes, keeps_up),
                             options_.fold_part});
    newest_ = overlay_.newest();
    changes_.clear();
    for (const Overlay::Part& part : fold_) {
        std::vector<RowTable::Change>& changes = changes_.emplace_back();
        for (const Overlay::Change* const change : part.changes) {
            const bool is_forgotten = change->erased && PLAYBACK_PLANT(erased_row_stays);
            if (change->never_was() || is_forgotten) continue;
            changes.push_back({change->key, change->value, change->erased});
        }
    }
}

void RowDatabase::work_upkeep() {
    before_table();
    worked_ = is_checkpoint_ ? table_->checkpoint() : fold();
}

// What a later row overtook is left out, so that row must not be lost when this is not.
Result<void> RowDatabase::fold() {
    if (options_.durability != io::Durability::full) TRY_VOID(log_->sync());
    for (std::size_t i = 0; i < fold_.size(); ++i) {
        TRY_VOID(table_->fold(changes_[i], fold_[i].end, newest_));
        if (options_.between_parts) options_.between_parts();
    }
    return {};
}

void RowDatabase::end_upkeep() {
    wal_pages_ = table_->wal_pages();
    folded_ = table_->folded();
    folded_on_disk_ = table_->folded_on_disk();
    if (!worked_) {
        if (worked_.error().code != Errc::full) broken_ = true;
        upkeep_blocked_ = true;
    }
    if (is_checkpoint_)
        stats_.checkpoints += worked_ ? 1 : 0;
    else
        forget_folded();
}

void RowDatabase::forget_folded() {
    for (std::size_t i = 0; i < fold_.size() && fold_[i].end.number <= folded_.number; ++i) {
        for (const RowTable::Change& change : changes_[i])
            stats_.folded_rows += change.erased ? 0 : 1;
        overlay_.forget(fold_[i]);
    }
    stats_.folds += worked_ ? 1 : 0;
}

void RowDatabase::maintain() {
    if (upkeep() == Upkeep::none) return;
    begin_upkeep();
    work_upkeep();
    end_upkeep();
}

}  // namespace playback::adapters
