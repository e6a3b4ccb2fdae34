#include "adapters/sqlite/row_table.h"

#include <utility>

#include "engine/base/check.h"

namespace playback::adapters {

// Rolls back and says what the failed write means.
Error RowTable::failed_write(std::string_view what) {
    Error error = connection_.error(what);
    if (connection_.trouble() == Trouble::other) error.code = Errc::unknown_outcome;
    connection_.roll_back();
    return error;
}

Result<std::vector<io::Row>> RowTable::read(std::string_view from,
                                            std::string_view to,
                                            std::size_t limit) {
    std::vector<io::Row> found;
    read_rows_.bind(1, from);
    read_rows_.bind(2, to);
    Step outcome = Step::done;
    while (found.size() < limit && (outcome = read_rows_.step()) == Step::row)
        found.push_back({std::string(read_rows_.bytes(0)), std::string(read_rows_.bytes(1))});
    Result<std::vector<io::Row>> result = std::move(found);
    if (outcome == Step::failed) result = connection_.error("cannot read rows");
    read_rows_.reset();
    return result;
}

Result<void> RowTable::put_epoch(SlotNumber slot, io::Epoch epoch) {
    if (options_.full) TRY_VOID(connection_.execute("PRAGMA synchronous=FULL"));
    put_epoch_.bind(1, std::uint64_t{slot});
    put_epoch_.bind(2, epoch);
    Result<void> result;
    if (put_epoch_.step() != Step::done) result = failed_write("cannot acquire the slot");
    put_epoch_.reset();
    if (options_.full && result) result = connection_.execute("PRAGMA synchronous=NORMAL");
    return result;
}

Result<void> RowTable::fold(std::span<const Change> changes,
                            const LogPoint& end,
                            std::uint64_t newest) {
    if (write_fold(changes, end, newest) != Step::done) return failed_write("cannot fold the log");
    folded_ = end;
    return {};
}

Step RowTable::write_fold(std::span<const Change> changes,
                          const LogPoint& end,
                          std::uint64_t newest) {
    if (begin_.run() != Step::done) return Step::failed;
    for (const Change& change : changes) {
        Statement& statement = change.erased ? erase_row_ : put_row_;
        statement.bind(1, change.key);
        if (!change.erased) statement.bind(2, change.value);
        if (statement.run() != Step::done) return Step::failed;
    }
    put_folded_.bind(1, end.number);
    put_folded_.bind(2, end.checksum);
    put_folded_.bind(3, newest);
    if (put_folded_.run() != Step::done) return Step::failed;
    return commit_.run();
}

Result<void> RowTable::checkpoint() {
    const Result<bool> all = connection_.checkpoint();
    if (!all) return failed_write("cannot copy the write-ahead log");
    CHECK(*all);     // nobody else reads this file
    wal_pages_ = 0;  // the next commit starts it again
    folded_on_disk_ = folded_;
    return {};
}

Result<std::uint64_t> RowTable::draw_number() {
    return connection_.number("SELECT random()");
}

}  // namespace playback::adapters
