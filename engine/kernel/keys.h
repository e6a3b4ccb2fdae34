// Full keys of the store (rows.h says how they are laid out), and the kernel's own rows.
//
// The kernel's rows stand under aggregate kind 0 of their slot: its meta row, the outbox of
// unapplied messages, the high-water marks of channels, and durable timers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/describe.h"
#include "engine/base/time.h"
#include "engine/kernel/address.h"
#include "engine/kernel/message.h"

namespace playback::kernel::keys {

enum class SystemRow : std::uint8_t { meta = 1, outbox = 2, mark = 3, timer = 4 };

// Where the aggregate lives, of so many slots.
SlotNumber slot_of(const Address& address, bool named_by_id, SlotNumber slot_count);

// The first key of the slot's rows of `kind`; kind + 1 gives their end (kind 255 is not used).
std::string of_kind(SlotNumber slot, Kind kind);
// What all rows of an aggregate start with.
std::string of_aggregate(SlotNumber slot, const Address& address, bool named_by_id);
// The smallest key that is larger than everything that starts with `prefix`.
std::string after_prefix(std::string prefix);
// Inverse of of_aggregate, from any full key of it. `rest` is set to the key inside the aggregate.
Address aggregate_of(std::string_view key, bool named_by_id, std::string_view& rest);

std::string meta(SlotNumber slot);
std::string outbox(SlotNumber slot, SlotNumber to, std::uint64_t sequence);
std::string mark(SlotNumber slot, SlotNumber from);
std::string timer(SlotNumber slot, const Address& address, std::string_view name);

}  // namespace playback::kernel::keys

namespace playback::kernel {

struct MetaRow {
    Instant last_time;                 // slot time when it was written
    std::uint64_t id_count_limit = 0;  // ids below it may have been handed out
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "last_time", self.last_time);
        v(2, "id_count_limit", self.id_count_limit);
    }
};

struct OutboxRow {
    SlotNumber to_slot = 0;
    std::uint64_t sequence = 0;
    Address to;
    MessageKind kind = 0;
    std::string bytes;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "to_slot", self.to_slot);
        v(2, "sequence", self.sequence);
        v(3, "to", self.to);
        v(4, "kind", self.kind);
        v(5, "bytes", self.bytes);
    }
};

struct MarkRow {
    SlotNumber from_slot = 0;
    std::uint64_t sequence = 0;  // the last one applied
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "from_slot", self.from_slot);
        v(2, "sequence", self.sequence);
    }
};

struct TimerRow {
    Address to;
    std::string name;
    Instant at;
    MessageKind kind = 0;
    std::string bytes;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "to", self.to);
        v(2, "name", self.name);
        v(3, "at", self.at);
        v(4, "kind", self.kind);
        v(5, "bytes", self.bytes);
    }
};

}  // namespace playback::kernel
