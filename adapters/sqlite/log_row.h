// Log rows: a group of batches as one blob, with a checksum so that a torn or garbled one is found.
//
// A body is eight bytes of XXH3 (of the payload, seeded with the row's number, so that a row in the
// wrong place is found too), then entries in the field form of base/describe.h: field 1 an erased
// key, or field 2 a put key and field 3 its value. Later entries of the same key win.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace playback::adapters {

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
    [[nodiscard]] bool empty() const { return body_.size() == header_bytes; }
    [[nodiscard]] std::size_t size() const { return body_.size(); }
    // The finished body; valid until the next start.
    std::string_view finish(std::uint64_t number);

    static constexpr std::size_t header_bytes = 8;

private:
    void field(char tag, std::string_view bytes);

    std::string body_;  // kept between rows: appending a batch allocates nothing
};

// The entries in order, as views into `body`. Fails with corrupt.
Result<std::vector<LogEntry>> read_log_row(std::uint64_t number, std::string_view body);

}  // namespace playback::adapters
