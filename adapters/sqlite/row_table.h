// RowTable: the rows that are no longer news, in SQLite. Everything here blocks.
//
//     rows    key -> value
//     log     where the log stood: the newest row that is in `rows`, and the newest one of all,
//             whose keys `rows` may lack or have with older values; one row
//     epochs  slot -> epoch
//
// It follows the log in steps (folds), each of them a transaction. It does not sync them: should a
// power loss undo some, the log is still there, up to the point that the table then knows. Only
// behind a checkpoint may the log forget them.
//
// Errors: full, else what SQLite said; after a failed write anything but `full` means that nothing
// may be written again. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/files_vfs.h"
#include "adapters/sqlite/log_row.h"
#include "engine/io/files.h"
#include "engine/io/store.h"

namespace playback::adapters {

class RowTable {
public:
    // Of the data; a new number needs a migration.
    static constexpr std::uint64_t format = 2;

    struct Options {
        std::string directory;
        io::Files* files = nullptr;  // null: the real file system
        bool full = true;            // an epoch is on the disk when it is written
        bool verify = false;
        std::size_t cache_bytes = 0;
    };
    struct Change {
        std::string key;
        std::string value;
        bool erased = false;
    };

    // The directory must be locked. Fails with in_use, unsupported, corrupt, full, denied or
    // io_failed; then nothing that was there is changed.
    static Result<std::unique_ptr<RowTable>> open(Options options);

    // Rows with from <= key < to, in order, at most `limit`.
    Result<std::vector<io::Row>> read(std::string_view from,
                                      std::string_view to,
                                      std::size_t limit);
    Result<void> put_epoch(SlotNumber slot, io::Epoch epoch);
    // `newest` row of the log: changes that it or others before it overtook are left out.
    Result<void> fold(std::span<const Change> changes, const LogPoint& end, std::uint64_t newest);
    // All that was folded is on the disk once it returns.
    Result<void> checkpoint();
    // From SQLite's generator, which the simulator seeds.
    Result<std::uint64_t> draw_number();

    [[nodiscard]] std::vector<io::Epoch> take_epochs() { return std::move(epochs_); }  // by slot
    [[nodiscard]] LogPoint folded() const { return folded_; }
    [[nodiscard]] std::uint64_t newest_at_open() const { return newest_at_open_; }
    [[nodiscard]] LogPoint folded_on_disk() const { return folded_on_disk_; }
    // In SQLite's own log, which a checkpoint empties.
    [[nodiscard]] std::size_t wal_pages() const { return wal_pages_; }

private:
    explicit RowTable(Options options) : options_(std::move(options)) {}

    Result<void> open_file();
    Result<void> check_owner(bool& is_new);
    Result<void> create_tables();
    Result<void> check_format();
    Result<void> prepare_statements();
    Result<void> load_epochs();
    Result<void> load_folded();
    Result<void> start_wal_again();

    Error failed_write(std::string_view what);
    Step write_fold(std::span<const Change> changes, const LogPoint& end, std::uint64_t newest);

    Options options_;
    std::optional<FilesVfs> vfs_;
    std::size_t wal_pages_ = 0;
    Connection connection_;
    Statement put_row_, erase_row_, read_rows_, put_epoch_, put_folded_, begin_, commit_;
    std::vector<io::Epoch> epochs_;
    LogPoint folded_, folded_on_disk_;
    std::uint64_t newest_at_open_ = 0;
};

}  // namespace playback::adapters
