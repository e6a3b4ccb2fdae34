// TicketOrder: the waiting tickets of one region by skill, those of one skill by age.
//
// Sorted blocks of at most block_max keys, and the first key of each in an array of its own: a
// place is found by halving in memory that is mostly at hand, and a change moves a kilobyte at
// most. What comes waits in a small heap of its own until somebody wants to see the order, or until
// that is full: keys that come together are put in together. Nothing here points into anything: a
// place is found again by its key.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
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
    [[nodiscard]] std::size_t size() const { return size_ + fresh_.size(); }
    // Puts in order what has come. Places are of the order as it was when this was last called.
    void settle();

    // The first key that is not below `key`.
    [[nodiscard]] Place lower_bound(const TicketKey& key) const;
    [[nodiscard]] Place first() const;
    [[nodiscard]] Place next(Place place) const;
    [[nodiscard]] Place previous(Place place) const;  // of the end: the last
    // The first key with the skill of this one.
    [[nodiscard]] Place oldest_of_skill(Place place) const;
    [[nodiscard]] const TicketKey& at(Place place) const {
        return (*blocks_[place.block].keys)[place.index];
    }

private:
    static constexpr std::size_t block_max = 64;
    static constexpr std::size_t fresh_max = 4096;
    static constexpr std::size_t counted_min = 256;
    static constexpr std::size_t near_blocks = 16;
    using Keys = std::array<TicketKey, block_max>;
    struct Block {
        std::unique_ptr<Keys> keys;
        std::size_t size = 0;  // never 0
    };

    // The block that holds `key`, or would; there is at least one.
    [[nodiscard]] std::size_t block_of(const TicketKey& key) const;
    [[nodiscard]] std::size_t block_from(std::size_t number, const TicketKey& key) const;
    // Into this block, or the one behind it if that is full. The block that it is in then.
    std::size_t put(std::size_t number, const TicketKey& key);
    void sort_fresh();
    void split(std::size_t number);
    // With the block behind it, if both fit well into one.
    void join_next(std::size_t number);
    void merge_fresh();

    std::vector<TicketKey> fronts_;  // of each block its first key
    std::vector<Block> blocks_;
    std::size_t size_ = 0;          // in the blocks
    std::vector<TicketKey> fresh_;  // not in them yet, in the order in which they came
    bool fresh_is_by_age_ = true;
};

}  // namespace playback::matchmaking
