// Channels: messages between the slots of a node, applied exactly once (DESIGN section 3,
// Messages).
//
// A channel goes from one slot to another (or to itself): FIFO, growing sequences, one high-water
// mark. The sender keeps each message as an outbox row until the receiver has applied it durably;
// the receiver remembers the last sequence that it applied, so what comes twice is dropped. Order
// of events: outbox row durable -> delivered -> applied with its mark in one batch -> that batch
// durable
// -> acknowledged -> outbox row erased some time soon.
//
// Sequences come from the sender's id counter, so they grow over restarts too; each envelope names
// the one before it, so a receiver sees a gap and waits for the sender to send again.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/kernel/address.h"
#include "engine/kernel/message.h"

namespace playback::kernel {

// A message on its way. Encoded: it may cross to another core or wait as a row.
struct Envelope {
    SlotNumber from = 0;
    SlotNumber to_slot = 0;
    std::uint64_t sequence = 0;
    std::uint64_t previous = 0;  // the sequence before it that was still unacknowledged, or 0
    Address to;
    MessageKind kind = 0;
    std::string bytes;
};

// The sending side of one slot: what is not acknowledged yet, per receiving slot.
class Outbox {
public:
    // Keeps it until acknowledged, unsent; fills in `previous`. Sequences must grow.
    void add(Envelope envelope);
    // Its row is durable: it may travel. None if it was acknowledged meanwhile.
    std::optional<Envelope> send(SlotNumber to_slot, std::uint64_t sequence);
    // What was sent to `to_slot` and not acknowledged, in order: sent again.
    [[nodiscard]] std::vector<Envelope> sent(SlotNumber to_slot) const;
    // All up to `sequence` were applied durably. Returns those that are done now.
    std::vector<std::uint64_t> acknowledge(SlotNumber to_slot, std::uint64_t sequence);
    // Is everything up to `sequence` acknowledged?
    [[nodiscard]] bool done(SlotNumber to_slot, std::uint64_t sequence) const;

    [[nodiscard]] std::vector<SlotNumber> receivers() const;
    [[nodiscard]] std::vector<std::uint64_t> sequences(SlotNumber to_slot) const;
    // How many messages to this aggregate are under way (they must not be overtaken).
    [[nodiscard]] std::size_t under_way_to(SlotNumber to_slot, const Address& to) const;
    [[nodiscard]] std::size_t size() const;
    void clear() { channels_.clear(); }

private:
    struct Kept {
        Envelope envelope;
        bool is_sent = false;
    };
    std::map<SlotNumber, std::deque<Kept>> channels_;
};

// The receiving side of one slot: what arrived and is not applied yet, per sending slot.
class Inbox {
public:
    enum class Arrival : std::uint8_t {
        accepted,  // waits to be applied
        applied,   // a duplicate of what was applied: acknowledge (again) when that is durable
        ignored,   // waits already, or comes after a gap: it will be sent again
    };

    void restore_mark(SlotNumber from, std::uint64_t sequence) {
        channels_[from].applied = sequence;
    }
    Arrival arrive(Envelope envelope);

    // The next message of the channel to apply; null if none waits.
    [[nodiscard]] const Envelope* next(SlotNumber from) const;
    // It was applied (in memory): takes it off and moves the mark.
    Envelope take(SlotNumber from);
    [[nodiscard]] std::vector<SlotNumber> senders() const;
    void clear() { channels_.clear(); }

private:
    struct Channel {
        std::uint64_t applied = 0;
        std::deque<Envelope> waiting;
    };
    std::map<SlotNumber, Channel> channels_;
};

}  // namespace playback::kernel
