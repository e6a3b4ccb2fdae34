// TicketOrder: the waiting tickets of one region by skill, those of one skill by age.
//
// Sorted blocks of at most block_max keys, and the first key of each in an array of its own: a
// place is found by halving in memory that is mostly at hand. A key that is erased stays where it
// is, without its bit, until its block is written anyway: nothing moves for it. A change writes a
// kilobyte at most. What comes waits in a heap of its own until somebody wants to see the order:
// keys that come together are put in together, and where nobody can be matched they are sorted by
// thousands.
// Nothing here points into anything: a place is found again by its key.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace playback::matchmaking {

// The lower half of the number by which tickets came: unique among those that wait, of which no two
// are half of its range apart.
using TicketAge = std::uint32_t;

constexpr bool came_before(TicketAge a, TicketAge b) {
    return static_cast<std::int32_t>(a - b) < 0;
}

struct TicketKey {
    std::int32_t skill = 0;
    TicketAge age = 0;
    std::uint32_t players = 0;  // no part of the order

    // Without branches: which way it goes cannot be foretold.
    friend bool operator<(const TicketKey& a, const TicketKey& b) {
        return (a.skill < b.skill) | ((a.skill == b.skill) & came_before(a.age, b.age));
    }
    friend bool operator==(const TicketKey& a, const TicketKey& b) {
        return a.skill == b.skill && a.age == b.age;
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

    void insert(const TicketKey& key);                           // not there yet
    void erase(const TicketKey& key) { erase(key, seek(key)); }  // there
    // In two steps, so that the memory of one comes while others are sought: the block of a key,
    // and its erasure; in between others may be erased.
    [[nodiscard]] std::size_t seek(const TicketKey& key);
    void erase(const TicketKey& key, std::size_t sought);
    [[nodiscard]] std::size_t size() const { return size_ + fresh_.size(); }
    // Puts in order what has come. Places are of the order as it was when this was last called.
    void settle();

    // The first key of this skill or a higher one.
    [[nodiscard]] Place from_skill(std::int64_t skill) const;
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
    static constexpr std::size_t fresh_max = 16'384;
    static constexpr std::size_t fresh_kept = 256;  // memory for so many is kept
    static constexpr std::size_t counted_min = 256;
    static constexpr std::size_t near_blocks = 16;
    using Keys = std::array<TicketKey, block_max>;
    struct Block {
        std::unique_ptr<Keys> keys;
        std::size_t size = 0;    // with those that are erased
        std::uint64_t live = 0;  // bits of those that are not; never 0

        [[nodiscard]] std::size_t count() const {
            return static_cast<std::size_t>(std::popcount(live));
        }
        // The first that is there at this index or behind; the last before it.
        [[nodiscard]] std::optional<std::size_t> from(std::size_t index) const;
        [[nodiscard]] std::optional<std::size_t> before(std::size_t index) const;
        void squeeze();  // out what is erased
    };
    static_assert(block_max == 64, "a bit for each");

    // The block that holds `key`, or would; there is at least one.
    [[nodiscard]] std::size_t block_of(const TicketKey& key) const;
    void prefetch(std::size_t number) const;
    [[nodiscard]] bool is_block_of(std::size_t number, const TicketKey& key) const;
    [[nodiscard]] std::size_t block_from(std::size_t number, const TicketKey& key) const;
    // Into this block, or the one behind it if that is full. The block that it is in then.
    std::size_t put(std::size_t number, const TicketKey& key);
    void sort_fresh();
    void split(std::size_t number);
    // With the block behind it, if both fit well into one.
    void join_next(std::size_t number);
    // The first place at this index of the block or behind.
    [[nodiscard]] Place place_from(std::size_t number, std::size_t index) const;
    void merge_fresh();

    std::vector<TicketKey> fronts_;  // of each block its first key
    std::vector<Block> blocks_;
    std::size_t size_ = 0;          // in the blocks
    std::size_t last_sought_ = 0;   // who plays together is erased together, and is near by skill
    std::vector<TicketKey> fresh_;  // not in them yet, in the order in which they came
    bool fresh_is_by_age_ = true;
};

}  // namespace playback::matchmaking
