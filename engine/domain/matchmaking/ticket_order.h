// TicketOrder: the waiting tickets of one region by skill, those of one skill by age.
//
// Sorted blocks of at most block_max keys: a million tickets are some thousand arrays, in which
// neighbours lie beside each other. Insertion and removal find their block by halving and move at
// most one block; walking costs nothing. Nothing here points into anything: a place is found again
// by its key.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace playback::matchmaking {

struct TicketKey {
    std::int32_t skill = 0;
    std::uint32_t record = 0;   // where the ticket is kept; no part of the order
    std::int64_t sequence = 0;  // age: lower came first; unique

    friend std::strong_ordering operator<=>(const TicketKey& a, const TicketKey& b) {
        if (const auto order = a.skill <=> b.skill; order != 0) return order;
        return a.sequence <=> b.sequence;
    }
    friend bool operator==(const TicketKey& a, const TicketKey& b) {
        return a.skill == b.skill && a.sequence == b.sequence;
    }
};

class TicketOrder {
public:
    // A place in the order; void after any change. `is_end` is past either end.
    struct Place {
        std::size_t block = 0;
        std::size_t index = 0;
        bool is_end = true;
    };

    void insert(const TicketKey& key);  // not there yet
    void erase(const TicketKey& key);   // there
    [[nodiscard]] std::size_t size() const { return size_; }

    // The first key that is not below `key`.
    [[nodiscard]] Place lower_bound(const TicketKey& key) const;
    [[nodiscard]] Place first() const;
    [[nodiscard]] Place next(Place place) const;
    [[nodiscard]] Place previous(Place place) const;  // of the end: the last
    [[nodiscard]] const TicketKey& at(Place place) const {
        return blocks_[place.block][place.index];
    }

private:
    using Block = std::vector<TicketKey>;
    static constexpr std::size_t block_max = 512;

    // The block that holds `key`, or would; there is at least one.
    [[nodiscard]] std::size_t block_of(const TicketKey& key) const;

    std::vector<Block> blocks_;  // none is empty
    std::size_t size_ = 0;
};

}  // namespace playback::matchmaking
