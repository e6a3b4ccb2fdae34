// TicketIds: which record the ticket of an id is kept in.
//
// A slot holds half of the id's hash and the record, not the id, which the record has: eight of
// them are in one line of the cache, and a table that doubles is copied from its begin to its end,
// since slots lie by the upper bits of the hash. Runs of taken slots are closed when one is freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/hash.h"

namespace playback::matchmaking {

class TicketIds {
public:
    using Record = std::uint32_t;

    // `is_it(record)`: is the id this record's? Asked where the hash is right.
    template <class IsIt>
    [[nodiscard]] std::optional<Record> find(std::uint64_t id, IsIt&& is_it) const {
        if (slots_.empty()) return std::nullopt;
        const std::uint32_t tag = tag_of(id);
        for (std::size_t i = home_of(tag); slots_[i].tag != 0; i = after(i))
            if (slots_[i].tag == tag && is_it(slots_[i].record)) return slots_[i].record;
        return std::nullopt;
    }
    void insert(std::uint64_t id, Record record);  // not there yet
    void erase(std::uint64_t id, Record record);   // there
    // It is wanted soon.
    void prefetch(std::uint64_t id) const { __builtin_prefetch(&slots_[home_of(tag_of(id))]); }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Slot {
        std::uint32_t tag = 0;  // 0: free
        Record record = 0;
    };

    static std::uint32_t tag_of(std::uint64_t id) {
        return static_cast<std::uint32_t>(hash_mix(0, id) >> 32) | 1U;
    }
    [[nodiscard]] std::size_t home_of(std::uint32_t tag) const { return tag >> shift_; }
    [[nodiscard]] std::size_t after(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
    void put(Slot slot);
    void grow();

    std::vector<Slot> slots_;  // a power of two of them
    std::uint32_t shift_ = 32;
    std::size_t size_ = 0;
};

}  // namespace playback::matchmaking
