// Row keys. State is many small rows per aggregate; rows written together have neighbouring keys.
//
// A full key is: slot (2 bytes), aggregate kind (1), a (8), b (8, only of kinds with two numbers),
// then the row key that the machine chose: a row type (1 byte, never reused inside a kind) and
// numbers (8 bytes, big-endian, so that order is numeric) or, last, a text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/kernel/address.h"

namespace playback::kernel {

using RowType = std::uint8_t;

inline void put_u64(std::string& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

class RowKey {
public:
    explicit RowKey(RowType type) { bytes_ += static_cast<char>(type); }
    RowKey& add(std::uint64_t number) {
        put_u64(bytes_, number);
        return *this;
    }
    template <class Tag>
    RowKey& add(const Id<Tag>& id) {
        return add(id.value);
    }
    RowKey& add_last(std::string_view text) {
        bytes_ += text;
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// Takes apart what RowKey built, at load.
class RowKeyReader {
public:
    explicit RowKeyReader(std::string_view bytes) : rest_(bytes) {}

    RowType type() {
        CHECK(!rest_.empty());
        const auto result = static_cast<RowType>(rest_.front());
        rest_.remove_prefix(1);
        return result;
    }
    std::uint64_t number() {
        CHECK(rest_.size() >= 8);
        std::uint64_t result = 0;
        for (std::size_t i = 0; i < 8; ++i)
            result = result << 8 | static_cast<std::uint8_t>(rest_[i]);
        rest_.remove_prefix(8);
        return result;
    }
    [[nodiscard]] std::string_view text() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace playback::kernel
