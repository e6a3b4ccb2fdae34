// Time as values: no clock is read here (that is io::Clock).
//
// Duration and Instant count nanoseconds on a monotonic line (a node's clock, a slot's time or the
// simulator's). WallTime counts milliseconds since 1970 UTC, for tokens, display and ids.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace playback {

struct Duration {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
};

constexpr Duration nanoseconds(std::int64_t count) {
    return {count};
}
constexpr Duration microseconds(std::int64_t count) {
    return {count * 1'000};
}
constexpr Duration milliseconds(std::int64_t count) {
    return {count * 1'000'000};
}
constexpr Duration seconds(std::int64_t count) {
    return {count * 1'000'000'000};
}
constexpr Duration minutes(std::int64_t count) {
    return seconds(count * 60);
}

constexpr Duration operator+(Duration a, Duration b) {
    return {a.ns + b.ns};
}
constexpr Duration operator-(Duration a, Duration b) {
    return {a.ns - b.ns};
}
constexpr Duration operator*(Duration a, std::int64_t factor) {
    return {a.ns * factor};
}
constexpr Duration operator/(Duration a, std::int64_t divisor) {
    return {a.ns / divisor};
}
constexpr std::int64_t whole_milliseconds(Duration d) {
    return d.ns / 1'000'000;
}

struct Instant {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
};

constexpr Instant operator+(Instant t, Duration d) {
    return {t.ns + d.ns};
}
constexpr Instant operator-(Instant t, Duration d) {
    return {t.ns - d.ns};
}
constexpr Duration operator-(Instant a, Instant b) {
    return {a.ns - b.ns};
}

// Later than every deadline: "no deadline".
inline constexpr Instant never{INT64_MAX};

struct WallTime {
    std::int64_t ms = 0;
    friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
};

constexpr WallTime operator+(WallTime t, Duration d) {
    return {t.ms + whole_milliseconds(d)};
}

// "2026-11-20T17:30:00.123Z"; the range is the years 1970 to 9999.
std::string iso8601(WallTime time);

}  // namespace playback
