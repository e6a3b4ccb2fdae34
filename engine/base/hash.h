// The one hash of the engine: XXH3, 64 bit, the same number on every machine and compiler.
#pragma once

#include <cstdint>
#include <string_view>

namespace playback {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

// Mixes a number into a hash: cheap, for keys and for running hashes of events.
constexpr std::uint64_t hash_mix(std::uint64_t hash, std::uint64_t value) {
    std::uint64_t x = hash ^ (value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2));
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// CRC-16/ARC (polynomial 0x8005 reflected, init 0; "123456789" gives 0xBB3D): routes keys to slots
// as the reference does (omgservers.md section 8).
std::uint16_t crc16_arc(std::string_view bytes);

}  // namespace playback
