// Log rows: a group of batches as one blob, chained to the row before, so that the log ends where a
// row is torn, garbled, missing, or left over from another time.
//
// A head of 32 bytes, little-endian: eight bytes of XXH3 over all that follows, that of the row
// before, the row's number, the salt of the process that wrote it, and the length of the payload,
// whose highest bit says that the disk had all earlier rows before this one was written. Then the
// payload: entries in the field form of base/describe.h, field 1 an erased key, or field 2 a put
// key and field 3 its value; later entries of the same key win. Zeros up to a multiple of eight
// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace playback::adapters {

// Where a log stands: its newest row.
struct LogPoint {
    std::uint64_t number = 0;
    std::uint64_t checksum = 0;
    friend bool operator==(const LogPoint&, const LogPoint&) = default;
};

struct LogEntry {
    std::string_view key;
    std::string_view value;  // empty if erased
    bool erased = false;
};

class LogRowWriter {
public:
    void start();
    void put(std::string_view key, std::string_view value);
    void erase(std::string_view key);
    [[nodiscard]] bool empty() const { return bytes_.size() == head_bytes; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    // The row behind `before`; valid until the next start. `synced`: `before` is on the disk.
    std::string_view finish(LogPoint before, std::uint32_t salt, bool synced);
    // Of the finished row.
    [[nodiscard]] LogPoint point() const { return point_; }

    static constexpr std::size_t head_bytes = 32;
    static constexpr std::size_t payload_bytes_max = (std::size_t{1} << 31) - 1;

private:
    void field(char tag, std::string_view bytes);

    std::string bytes_;  // kept between rows: appending a batch allocates nothing
    LogPoint point_;
};

// What may be a row; views into the bytes given.
struct LogRow {
    LogPoint point;
    std::uint64_t before = 0;  // the checksum of the row before
    std::uint32_t salt = 0;
    bool synced = false;
    std::string_view payload;
    std::string_view summed;  // what the checksum covers
    std::size_t bytes = 0;    // with its head and the zeros behind it

    [[nodiscard]] bool is_whole() const;
    [[nodiscard]] bool follows(const LogPoint& other) const {
        return point.number == other.number + 1 && before == other.checksum;
    }
};

// What the start of `bytes` is if it is a row; nothing if it cannot be one. Looks at its head only.
std::optional<LogRow> parse_log_row(std::string_view bytes);

// The entries of a payload in order. Fails with corrupt.
Result<std::vector<LogEntry>> read_log_entries(std::string_view payload);

}  // namespace playback::adapters
