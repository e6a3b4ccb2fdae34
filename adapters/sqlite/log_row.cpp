#include "adapters/sqlite/log_row.h"

#include "engine/base/describe.h"
#include "engine/base/hash.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

constexpr std::uint32_t erased_field = 1;
constexpr std::uint32_t key_field = 2;
constexpr std::uint32_t value_field = 3;

constexpr char tag_of(std::uint32_t number) {
    return static_cast<char>(number << 1 | 1);
}

std::uint64_t checksum_of(std::uint64_t number, std::string_view payload) {
    return hash_bytes(payload, number);
}

std::uint64_t stored_checksum(std::string_view body) {
    std::uint64_t checksum = 0;
    for (std::size_t i = LogRowWriter::header_bytes; i-- > 0;)
        checksum = checksum << 8 | static_cast<std::uint8_t>(body[i]);
    return checksum;
}

Error corrupt_row(std::uint64_t number) {
    return {Errc::corrupt, "log row " + std::to_string(number) + " is damaged"};
}

}  // namespace

void LogRowWriter::start() {
    body_.assign(header_bytes, '\0');
}

void LogRowWriter::field(char tag, std::string_view bytes) {
    body_ += tag;
    put_varint(body_, bytes.size());
    body_.append(bytes);
}

void LogRowWriter::put(std::string_view key, std::string_view value) {
    field(tag_of(key_field), key);
    field(tag_of(value_field), value);
}

void LogRowWriter::erase(std::string_view key) {
    field(tag_of(erased_field), key);
}

std::string_view LogRowWriter::finish(std::uint64_t number) {
    std::uint64_t checksum = checksum_of(number, std::string_view(body_).substr(header_bytes));
    for (std::size_t i = 0; i < header_bytes; ++i) {
        body_[i] = static_cast<char>(checksum & 0xff);
        checksum >>= 8;
    }
    return body_;
}

Result<std::vector<LogEntry>> read_log_row(std::uint64_t number, std::string_view body) {
    if (body.size() < LogRowWriter::header_bytes) return corrupt_row(number);
    std::string_view payload = body.substr(LogRowWriter::header_bytes);
    const bool intact = checksum_of(number, payload) == stored_checksum(body);
    if (!intact && !PLAYBACK_PLANT(torn_write_taken_for_whole)) return corrupt_row(number);

    std::vector<LogEntry> entries;
    while (!payload.empty()) {
        TRY(field, take_field(payload));
        if (!field.is_bytes) return corrupt_row(number);
        if (field.number == erased_field) {
            entries.push_back({field.bytes, {}, true});
            continue;
        }
        if (field.number != key_field) return corrupt_row(number);
        TRY(value, take_field(payload));
        if (!value.is_bytes || value.number != value_field) return corrupt_row(number);
        entries.push_back({field.bytes, value.bytes, false});
    }
    return entries;
}

}  // namespace playback::adapters
