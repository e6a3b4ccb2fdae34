// AppendLog: the newest commits, in two files that take turns.
//
// A commit is one write behind the last one. When the file it goes to is full and what the other
// one holds is in the row table, safely on the disk, the log goes on at the start of the other; so
// files are written over and over again in place, which costs a disk no more than the bytes. What
// is behind the last row is left over from earlier times: rows are chained (log_row.h), and what
// does not follow is no part of the log.
//
// The log begins behind the point that the row table knows. It ends at a row that is torn; but
// where a later row says that the disk had that one, it was damaged since, and open fails.
//
// Not for several threads, but for `sync`: a call may run on another thread while nobody calls.
// Errors: full (nothing was written), else io_failed or unknown_outcome; then nothing may be
// appended again.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/sqlite/log_row.h"
#include "engine/base/result.h"
#include "engine/io/files.h"

namespace playback::adapters {

class AppendLog {
public:
    struct Options {
        std::string directory;
        io::Files* files = nullptr;  // null: the real file system
        std::size_t file_bytes = 0;  // from here on the other file is wanted
        bool syncs = true;           // each append is on the disk when it returns
        std::uint32_t salt = 0;      // not that of another time: left over rows are told by it
    };
    using Visit = std::function<Result<void>(const LogRow& row)>;

    // Opens or makes the files and reads the rows behind `start` in order; what they say is on the
    // disk then. Fails with the visitor's error, corrupt, full, denied or io_failed.
    static Result<AppendLog> open(Options options, LogPoint start, const Visit& visit);

    // `in_table`: the number of the last row that may be forgotten.
    Result<void> append(LogRowWriter& row, std::uint64_t in_table);

    // What was appended before is on the disk once it returns. May run beside an append.
    Result<void> sync();

    [[nodiscard]] LogPoint end() const { return end_; }
    // The row up to which all must be in the table before the other file can have its turn; 0 while
    // it is not wanted.
    [[nodiscard]] std::uint64_t wanted() const;

private:
    struct Segment {
        std::unique_ptr<io::File> file;
        std::uint64_t used = 0;         // where the next row goes
        std::uint64_t last_number = 0;  // of its rows that are part of the log
    };

    explicit AppendLog(Options options) : options_(std::move(options)) {}

    Result<void> open_files();
    Result<void> read(LogPoint start, const Visit& visit);
    Result<void> write(Segment& segment, std::string_view bytes);
    Result<void> write_torn(Segment& segment, std::string_view bytes);
    Result<void> take_back(Segment& segment, Error error);
    [[nodiscard]] Segment& active() { return segments_[active_]; }

    Options options_;
    std::array<Segment, 2> segments_;
    std::size_t active_ = 0;
    LogPoint end_;
};

}  // namespace playback::adapters
