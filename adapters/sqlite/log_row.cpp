#include "adapters/sqlite/log_row.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/describe.h"
#include "engine/base/hash.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

constexpr std::uint32_t erased_field = 1;
constexpr std::uint32_t key_field = 2;
constexpr std::uint32_t value_field = 3;

constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t alignment = 8;
constexpr std::uint32_t synced_bit = 1u << 31;

constexpr char tag_of(std::uint32_t number) {
    return static_cast<char>(number << 1 | 1);
}

constexpr std::size_t aligned(std::size_t size) {
    return (size + alignment - 1) / alignment * alignment;
}

template <class Number>
void store(std::string& bytes, std::size_t at, Number number) {
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        bytes[at + i] = static_cast<char>(number >> (8 * i) & 0xff);
}

template <class Number>
Number load(std::string_view bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;)
        number = static_cast<Number>(number << 8 | static_cast<std::uint8_t>(bytes[at + i]));
    return number;
}

}  // namespace

void LogRowWriter::start() {
    bytes_.assign(head_bytes, '\0');
}

void LogRowWriter::field(char tag, std::string_view bytes) {
    bytes_ += tag;
    put_varint(bytes_, bytes.size());
    bytes_.append(bytes);
}

void LogRowWriter::put(std::string_view key, std::string_view value) {
    field(tag_of(key_field), key);
    field(tag_of(value_field), value);
}

void LogRowWriter::erase(std::string_view key) {
    field(tag_of(erased_field), key);
}

std::string_view LogRowWriter::finish(LogPoint before, std::uint32_t salt, bool synced) {
    const std::size_t payload = bytes_.size() - head_bytes;
    CHECK(payload <= payload_bytes_max);
    store(bytes_, 8, before.checksum);
    store(bytes_, 16, before.number + 1);
    store(bytes_, 24, salt);
    store(bytes_, 28, static_cast<std::uint32_t>(payload) | (synced ? synced_bit : 0));
    point_ = {before.number + 1, hash_bytes(std::string_view(bytes_).substr(checksum_bytes))};
    store(bytes_, 0, point_.checksum);
    bytes_.resize(aligned(bytes_.size()), '\0');
    return bytes_;
}

std::optional<LogRow> parse_log_row(std::string_view bytes) {
    if (bytes.size() < LogRowWriter::head_bytes) return std::nullopt;
    LogRow row;
    row.point = {load<std::uint64_t>(bytes, 16), load<std::uint64_t>(bytes, 0)};
    row.before = load<std::uint64_t>(bytes, 8);
    row.salt = load<std::uint32_t>(bytes, 24);
    const auto length = load<std::uint32_t>(bytes, 28);
    row.synced = (length & synced_bit) != 0;
    const std::size_t payload_bytes = length & ~synced_bit;
    const std::size_t end = LogRowWriter::head_bytes + payload_bytes;
    if (row.point.number == 0 || end > bytes.size()) return std::nullopt;
    row.payload = bytes.substr(LogRowWriter::head_bytes, payload_bytes);
    row.summed = bytes.substr(checksum_bytes, end - checksum_bytes);
    row.bytes = std::min(aligned(end), bytes.size());
    return row;
}

bool LogRow::is_whole() const {
    return hash_bytes(summed) == point.checksum;
}

Result<std::vector<LogEntry>> read_log_entries(std::string_view payload) {
    const Error corrupt{Errc::corrupt, "a row of the log makes no sense"};
    std::vector<LogEntry> entries;
    while (!payload.empty()) {
        const Result<RawField> field = take_field(payload);
        const bool is_entry = field && field->is_bytes &&
                              (field->number == erased_field || field->number == key_field);
        if (!is_entry && PLAYBACK_PLANT(torn_write_taken_for_whole)) return entries;
        if (!is_entry) return corrupt;
        if (field->number == erased_field) {
            entries.push_back({field->bytes, {}, true});
            continue;
        }
        const Result<RawField> value = take_field(payload);
        const bool is_value = value && value->is_bytes && value->number == value_field;
        if (!is_value && PLAYBACK_PLANT(torn_write_taken_for_whole)) return entries;
        if (!is_value) return corrupt;
        entries.push_back({field->bytes, value->bytes, false});
    }
    return entries;
}

}  // namespace playback::adapters
