// Recording: what one run looked like, as a value: lanes, what happened on them, what was known.
//
// Times are virtual. A long run is recorded in a window before its end only; `base` is then what
// was known when the window began, and `dropped` says how much came before. Pure data: the recorder
// makes it, `compare` and the page read it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/watch.h"

namespace playback::sim {

enum class ItemKind : std::uint8_t {
    message,     // bytes from lane to lane: an HTTP message, or a piece of something else
    connection,  // opened, closed, reset
    fault,       // of the plan; has a duration
    op,          // of the plan
    process,     // started, ended, paused
    container,   // created, started, ended, removed
    commit,      // a batch of the store; has a duration
    disk,        // what one step did to a disk
    timer,       // one fired
    work,        // off the loop; has a duration
    point,       // a fault point of the engine fired
    log,         // a node said something
    state,       // what is known changed
    finding,     // an invariant does not hold
};
inline constexpr std::size_t item_kinds = 14;

std::string_view name_of(ItemKind kind);

inline constexpr std::uint32_t no_lane = UINT32_MAX;

struct Lane {
    std::string name;
    std::string kind;  // "plan", "node", "container", "disk", "judge"
    friend bool operator==(const Lane&, const Lane&) = default;
};

// One field of one entity, from now on. An empty value: it is gone.
struct Change {
    std::uint32_t entity = 0;
    std::string field;
    std::string value;
    friend bool operator==(const Change&, const Change&) = default;
};

struct Item {
    Instant from;
    Instant to;
    ItemKind kind = ItemKind::message;
    std::uint32_t lane = no_lane;
    std::uint32_t other = no_lane;  // the lane that a message went to
    bool is_bad = false;            // lost, failed, killed
    std::string text;               // a line
    std::string detail;             // more lines; secrets are masked
    std::uint64_t id = 0;           // of the operation or fault in the plan
    std::vector<Change> changes;    // of `state`
};

struct Entity {
    std::string kind;
    std::string name;
};

struct Recording {
    std::vector<Lane> lanes;
    std::vector<Entity> entities;
    std::vector<Change> base;  // what was known when the window began
    std::vector<Item> items;   // by `from`
    Instant begin;             // of the window
    Instant end;
    std::uint64_t dropped = 0;  // items before the window, or behind it
    bool is_cut_behind = false;
    std::uint64_t trace_hash = 0;
};

}  // namespace playback::sim
