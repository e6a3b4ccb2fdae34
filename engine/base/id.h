// Ids: 64-bit numbers that say when and in which slot they were made (omgservers.md section 3).
//
// Layout, high to low: 41 bits milliseconds since id_epoch, 12 bits slot, 10 bits sequence. The top
// bit is zero, so every id is a positive signed 64-bit number. Zero means "none". The slot bits
// make routing free: nobody looks up where an entity lives.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/base/time.h"

namespace playback {

using SlotNumber = std::uint16_t;  // 0 .. slot_count_max - 1

inline constexpr SlotNumber slot_count_max = 4096;
inline constexpr WallTime id_epoch{1'690'056'599'000};  // 2023-07-22, as the reference counts

template <class Tag>
struct Id {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
    explicit constexpr operator bool() const { return value != 0; }
};

constexpr SlotNumber slot_of_id(std::uint64_t id) {
    return static_cast<SlotNumber>((id >> 10) & 0xfff);
}

// The wall time written into `id`: when it was made, by its slot's time.
constexpr WallTime time_of_id(std::uint64_t id) {
    return {id_epoch.ms + static_cast<std::int64_t>(id >> 22)};
}

// `count` is milliseconds since id_epoch times 1024 plus a sequence.
constexpr std::uint64_t make_id(std::uint64_t count, SlotNumber slot) {
    return (count >> 10) << 22 | static_cast<std::uint64_t>(slot) << 10 | (count & 0x3ff);
}

}  // namespace playback
