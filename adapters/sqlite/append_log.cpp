#include "adapters/sqlite/append_log.h"

#include <algorithm>
#include <utility>

#include "adapters/sqlite/real_file.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

constexpr std::array<const char*, 2> names = {"playback.log.0", "playback.log.1"};
constexpr std::size_t row_alignment = 8;

Result<std::string> content_of(io::File& file) {
    TRY(size, file.size());
    std::string content(static_cast<std::size_t>(size), '\0');
    TRY(got, file.read(0, content));
    content.resize(got);
    return content;
}

// The row at the start of `bytes`, if it goes on from `end`.
std::optional<LogRow> row_behind(const LogPoint& end, std::string_view bytes) {
    std::optional<LogRow> row = parse_log_row(bytes);
    if (!row || !row->follows(end)) return std::nullopt;
    if (!row->is_whole() && !PLAYBACK_PLANT(torn_write_taken_for_whole)) return std::nullopt;
    return row;
}

// Where in the content of a file the row behind `end` is.
std::optional<std::size_t> place_behind(const LogPoint& end, std::string_view content) {
    std::size_t at = 0;
    for (;;) {
        const std::string_view rest = content.substr(at);
        if (row_behind(end, rest)) return at;
        const std::optional<LogRow> row = parse_log_row(rest);
        if (!row || !row->is_whole()) return std::nullopt;
        at += row->bytes;
    }
}

// A row that was written when the disk had more than this.
bool has_later_row(const LogPoint& end, std::string_view content) {
    constexpr std::uint64_t rows_max = std::uint64_t{1} << 32;  // more never lie in two files
    for (std::size_t at = 0; at < content.size(); at += row_alignment) {
        const std::optional<LogRow> row = parse_log_row(content.substr(at));
        if (!row || !row->synced || row->point.number <= end.number + 1) continue;
        if (row->point.number - end.number < rows_max && row->is_whole()) return true;
    }
    return false;
}

}  // namespace

Result<AppendLog> AppendLog::open(Options options, LogPoint start, const Visit& visit) {
    AppendLog log(std::move(options));
    TRY_VOID(log.open_files());
    TRY_VOID(log.read(start, visit));
    return log;
}

Result<void> AppendLog::open_files() {
    bool is_new = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string path = options_.directory + "/" + names[i];
        if (options_.files != nullptr) {
            TRY(file, options_.files->open(path, true));
            segments_[i].file = std::move(file);
        } else {
            TRY(file, open_real_file(path));
            segments_[i].file = std::move(file);
        }
        TRY(size, segments_[i].file->size());
        if (size == 0) is_new = true;
    }
    if (!is_new || PLAYBACK_PLANT(directory_not_synced)) return {};
    return options_.files != nullptr ? options_.files->sync_directory()
                                     : sync_real_directory(options_.directory);
}

Result<void> AppendLog::read(LogPoint start, const Visit& visit) {
    std::array<std::string, 2> contents;
    for (std::size_t i = 0; i < names.size(); ++i) {
        TRY(content, content_of(*segments_[i].file));
        contents[i] = std::move(content);
    }
    end_ = start;
    for (;;) {
        std::optional<std::size_t> place = place_behind(end_, contents[active_]);
        if (!place) {
            place = place_behind(end_, contents[1 - active_]);
            if (!place) break;
            active_ = 1 - active_;
        }
        std::string_view rest = std::string_view(contents[active_]).substr(*place);
        while (const std::optional<LogRow> row = row_behind(end_, rest)) {
            TRY_VOID(visit(*row));
            end_ = row->point;
            rest.remove_prefix(row->bytes);
        }
        active().used = contents[active_].size() - rest.size();
        active().last_number = end_.number;
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (has_later_row(end_, contents[i]))
            return Error{Errc::corrupt,
                         std::string(names[i]) + " has rows that follow a damaged one"};
        // What was read stays, even if the process before died before the disk had it.
        if (!contents[i].empty()) TRY_VOID(segments_[i].file->sync());
    }
    return {};
}

std::uint64_t AppendLog::wanted() const {
    return segments_[active_].used >= options_.file_bytes ? segments_[1 - active_].last_number : 0;
}

Result<void> AppendLog::append(LogRowWriter& row, std::uint64_t in_table) {
    const bool is_free = segments_[1 - active_].last_number <= in_table;
    if (active().used >= options_.file_bytes && (is_free || PLAYBACK_PLANT(log_reused_early))) {
        active_ = 1 - active_;
        active().used = 0;
    }
    const std::string_view bytes = row.finish(end_, options_.salt, options_.syncs);
    if (PLAYBACK_PLANT(torn_write_taken_for_whole)) TRY_VOID(write_torn(active(), bytes));
    TRY_VOID(write(active(), bytes));
    active().used += bytes.size();
    end_ = row.point();
    active().last_number = end_.number;
    return {};
}

Result<void> AppendLog::sync() {
    for (const Segment& segment : segments_) {
        const Result<void> synced = segment.file->sync();
        if (!synced) return Error{Errc::io_failed, "cannot sync the log: " + synced.error().detail};
    }
    return {};
}

Result<void> AppendLog::write(Segment& segment, std::string_view bytes) {
    if (Result<void> written = segment.file->write(segment.used, bytes); !written)
        return take_back(segment, std::move(written).error());
    if (!options_.syncs || PLAYBACK_PLANT(sync_skipped)) return {};
    const Result<void> synced = segment.file->sync();
    if (synced || PLAYBACK_PLANT(sync_failure_ignored)) return {};
    return Error{Errc::io_failed, "cannot sync the log: " + synced.error().detail};
}

// Of a write for which there was no room, part may be there: it must not be found later.
Result<void> AppendLog::take_back(Segment& segment, Error error) {
    error.detail = "cannot append to the log: " + error.detail;
    if (error.code != Errc::full) {
        error.code = Errc::unknown_outcome;
        return error;
    }
    Result<void> cut = segment.file->truncate(segment.used);
    if (cut && options_.syncs) cut = segment.file->sync();
    if (cut) return error;
    return Error{Errc::io_failed, error.detail + "; cannot cut it: " + cut.error().detail};
}

// Only for the planted bug: the first half of the row becomes durable by itself, as a torn write
// would leave it. Its checksum is that of the whole, so reading it back would notice.
Result<void> AppendLog::write_torn(Segment& segment, std::string_view bytes) {
    const std::optional<LogRow> row = parse_log_row(bytes);
    const auto entries = read_log_entries(row->payload);
    if (!entries || entries->size() < 2) return {};
    const LogEntry& middle = (*entries)[entries->size() / 2 - 1];
    const std::string_view last = middle.erased ? middle.key : middle.value;
    std::string half(bytes.substr(0, static_cast<std::size_t>(last.end() - bytes.begin())));
    half.resize(bytes.size(), '\0');  // over what may have been there
    return write(segment, half);
}

}  // namespace playback::adapters
