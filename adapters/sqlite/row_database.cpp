#include "adapters/sqlite/row_database.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

// When the store is never idle, upkeep takes turns with commits from here on, and the log has an
// end: beyond it a commit is refused as if the disk were full (it usually is).
constexpr std::size_t urgent_factor = 4;
constexpr std::size_t log_factor_max = 64;

Error out_of_service() {
    return {Errc::io_failed, "the store stopped after a failed write; restart the node"};
}

}  // namespace

// What a failed write means. Rolls back; anything but a full disk puts the file out of service.
Error RowDatabase::failed_write(std::string_view what) {
    Error error = connection_.error(what);
    const Trouble trouble = connection_.trouble();
    connection_.roll_back();
    if (trouble == Trouble::full) return error;
    broken_ = true;
    if (trouble == Trouble::other) error.code = Errc::unknown_outcome;
    return error;
}

Result<io::Epoch> RowDatabase::acquire(SlotNumber slot) {
    CHECK(slot < slot_count_max);
    if (broken_) return out_of_service();
    const io::Epoch epoch = epochs_[slot] + 1;
    put_epoch_.bind(1, std::uint64_t{slot});
    put_epoch_.bind(2, epoch);
    const Step outcome = put_epoch_.step();
    Result<io::Epoch> result = epoch;
    if (outcome == Step::done)
        epochs_[slot] = epoch;
    else
        result = failed_write("cannot acquire the slot");
    put_epoch_.reset();
    return result;
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

Result<void> RowDatabase::append() {
    if (overlay_.bytes() > options_.fold_keep_bytes * log_factor_max)
        return Error{Errc::full, "too much of the log is not folded"};
    const std::string_view body = writer_.finish(next_log_row_);
    Step outcome = Step::done;
    if (PLAYBACK_PLANT(torn_write_taken_for_whole)) outcome = append_torn(body);
    if (outcome == Step::done) {
        append_log_.bind(1, next_log_row_);
        append_log_.bind(2, body);
        outcome = append_log_.step();
    }
    Result<void> result;
    if (outcome != Step::done) result = failed_write("cannot append to the log");
    append_log_.reset();
    return result;
}

// Only for the planted bug: the first half of the batch becomes durable by itself, as a torn write
// would leave it. The checksum in front is that of the whole, so reading it back would notice.
Step RowDatabase::append_torn(std::string_view body) {
    const auto entries = read_log_row(next_log_row_, body);
    if (!entries || entries->size() < 2) return Step::done;
    const LogEntry& middle = (*entries)[entries->size() / 2 - 1];
    const char* const end = middle.erased ? middle.key.data() + middle.key.size()
                                          : middle.value.data() + middle.value.size();
    append_log_.bind(1, next_log_row_);
    append_log_.bind(2, body.substr(0, static_cast<std::size_t>(end - body.data())));
    const Step half = append_log_.run();
    if (half != Step::done) return half;
    auto erase = connection_.prepare("DELETE FROM log WHERE number = ?1");
    CHECK(erase.has_value());
    erase->bind(1, next_log_row_);
    return erase->run();
}

void RowDatabase::remember(Commit& commit) {
    for (std::size_t i = 0; i < commit.batch.sections.size(); ++i) {
        if (!(*commit.outcome)[i]) continue;
        io::BatchSection& section = commit.batch.sections[i];
        for (io::Row& row : section.puts) overlay_.put(std::move(row));
        for (std::string& key : section.erases) overlay_.erase(std::move(key));
    }
}

void RowDatabase::commit_group(std::span<Commit* const> group) {
    writer_.start();
    for (Commit* const commit : group) {
        fence(*commit);
        encode(*commit);
    }
    if (writer_.empty()) return;
    if (const Result<void> appended = append(); !appended) {
        for (Commit* const commit : group) commit->outcome = appended.error();
        return;
    }
    const std::size_t backlog = overlay_.backlog();
    overlay_.begin_row(next_log_row_, writer_.size());
    for (Commit* const commit : group) remember(*commit);
    last_changes_ = overlay_.backlog() - backlog;
    ++next_log_row_;
    ++stats_.appends;
    upkeep_blocked_ = false;
}

void RowDatabase::commit(std::span<Commit* const> group) {
    if (broken_) {
        for (Commit* const commit : group) commit->outcome = out_of_service();
        return;
    }
    commit_group(group);
    if (group.size() == 1 || group.front()->outcome) return;
    if (group.front()->outcome.error().code != Errc::full) return;
    // Together they did not fit; a small one alone still may.
    for (Commit* const& commit : group) {
        if (broken_)
            commit->outcome = out_of_service();
        else
            commit_group({&commit, 1});
    }
}

Result<std::vector<io::Row>> RowDatabase::scan(std::string_view from,
                                               std::string_view to,
                                               std::size_t limit) {
    if (broken_) return out_of_service();
    std::vector<io::Row> found;
    const Overlay::InOrder& changes = overlay_.in_order();
    auto change = changes.lower_bound(from);
    scan_rows_.bind(1, from);
    scan_rows_.bind(2, to);
    Step stored = scan_rows_.step();
    while (found.size() < limit && stored != Step::failed) {
        const bool in_log = change != changes.end() && change->first < to;
        if (!in_log && stored == Step::done) break;
        const std::string_view key = stored == Step::row ? scan_rows_.bytes(0) : "";
        const bool is_both = in_log && stored == Step::row && change->first == key;
        const bool reads_old = is_both && PLAYBACK_PLANT(old_row_read);
        if (reads_old) ++change;
        const bool is_newer =
            in_log && !reads_old && (stored == Step::done || change->first <= key);
        if (!is_newer) {
            found.push_back({std::string(key), std::string(scan_rows_.bytes(1))});
            stored = scan_rows_.step();
            continue;
        }
        if (stored == Step::row && change->first == key) stored = scan_rows_.step();
        const Overlay::Change& newer = *change->second;
        if (!newer.erased) found.push_back({newer.key, newer.value});
        ++change;
    }
    if (stored == Step::failed) {
        Error error = connection_.error("cannot read rows");
        scan_rows_.reset();
        return error;
    }
    scan_rows_.reset();
    return found;
}

Upkeep RowDatabase::upkeep() const {
    if (broken_ || upkeep_blocked_) return Upkeep::none;
    const auto beyond = [this](std::size_t factor) {
        return overlay_.backlog() > options_.fold_keep_changes * factor ||
               overlay_.bytes() > options_.fold_keep_bytes * factor ||
               wal_pages_ > options_.checkpoint_pages * factor;
    };
    if (beyond(urgent_factor)) return Upkeep::urgent;
    return beyond(1) ? Upkeep::when_idle : Upkeep::none;
}

void RowDatabase::maintain() {
    if (upkeep() == Upkeep::none) return;
    if (wal_pages_ > options_.checkpoint_pages)
        checkpoint();
    else
        fold();
}

void RowDatabase::checkpoint() {
    const Result<bool> all = connection_.checkpoint();
    if (!all) {
        (void)failed_write("cannot copy the write-ahead log");
        upkeep_blocked_ = true;
        return;
    }
    CHECK(*all);     // nobody else reads this file
    wal_pages_ = 0;  // the next commit starts the log again
    ++stats_.checkpoints;
}

void RowDatabase::fold() {
    const Overlay::Fold fold = overlay_.oldest(std::max(options_.fold_step, 2 * last_changes_));
    if (fold.last_log_row == 0) return;
    // It moves what is durable already, so it need not wait for the disk: should a power loss undo
    // it, the log is back as well. The next commit's sync covers it.
    const bool full = options_.durability == io::Durability::full;
    if (full && !connection_.execute("PRAGMA synchronous=NORMAL")) broken_ = true;
    if (broken_) return;
    if (fold_changes(fold) == Step::done) {
        for (const Overlay::Change* const change : fold.changes)
            stats_.folded_rows += change->erased ? 0 : 1;
        overlay_.forget(fold);
        ++stats_.folds;
    } else {
        (void)failed_write("cannot fold the log");
        upkeep_blocked_ = true;
    }
    if (full && !connection_.execute("PRAGMA synchronous=FULL")) broken_ = true;
}

Step RowDatabase::fold_changes(const Overlay::Fold& fold) {
    if (begin_.run() != Step::done) return Step::failed;
    for (const Overlay::Change* const change : fold.changes) {
        const bool never_was = change->is_new || PLAYBACK_PLANT(erased_row_stays);
        if (change->erased && never_was) continue;
        Statement& statement = change->erased ? erase_row_ : put_row_;
        statement.bind(1, change->key);
        if (!change->erased) statement.bind(2, change->value);
        if (statement.run() != Step::done) return Step::failed;
    }
    erase_log_.bind(1, fold.last_log_row);
    if (erase_log_.run() != Step::done) return Step::failed;
    return commit_.run();
}

}  // namespace playback::adapters
