#include "engine/domain/matchmaking/ticket_order.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "engine/base/check.h"

namespace playback::matchmaking {

std::size_t TicketOrder::block_of(const TicketKey& key) const {
    const auto after = std::upper_bound(fronts_.begin(), fronts_.end(), key);
    return after == fronts_.begin() ? 0 : static_cast<std::size_t>(after - fronts_.begin()) - 1;
}

// --- changes ---

void TicketOrder::insert(const TicketKey& key) {
    if (!fresh_.empty()) fresh_is_by_age_ &= fresh_.back().sequence < key.sequence;
    fresh_.push_back(key);
    if (fresh_.size() == fresh_max) settle();
}

void TicketOrder::settle() {
    if (fresh_.empty()) return;
    sort_fresh();
    if (fresh_.size() > size_ / 4) {
        merge_fresh();
    } else {
        std::size_t number = block_of(fresh_.front());
        for (const TicketKey& key : fresh_) {
            number = block_from(number, key);
            number = put(number, key);
        }
    }
    fresh_.clear();
}

// By age they are already, and skills lie close together where many wait: counting does. Of a few,
// which is what one call brings, it is not worth the memory.
void TicketOrder::sort_fresh() {
    const auto [least, most] = std::ranges::minmax(fresh_, {}, &TicketKey::skill);
    const std::int64_t low = least.skill;
    const auto range = static_cast<std::uint64_t>(most.skill - low) + 1;
    const bool is_by_age = std::exchange(fresh_is_by_age_, true);
    if (!is_by_age || fresh_.size() < counted_min || range > 2 * fresh_.size()) {
        std::ranges::sort(fresh_);
        return;
    }
    std::vector<std::uint32_t> places(range + 1);
    for (const TicketKey& key : fresh_) ++places[static_cast<std::size_t>(key.skill - low) + 1];
    std::partial_sum(places.begin(), places.end(), places.begin());
    std::vector<TicketKey> sorted(fresh_.size());
    for (const TicketKey& key : fresh_)
        sorted[places[static_cast<std::size_t>(key.skill - low)]++] = key;
    fresh_.swap(sorted);
}

// As block_of, for a key that belongs into this block or a later one, seldom a much later one.
std::size_t TicketOrder::block_from(std::size_t number, const TicketKey& key) const {
    const std::size_t last = blocks_.size() - 1;
    for (std::size_t steps = 0; number < last && !(key < fronts_[number + 1]); ++steps) {
        if (steps == near_blocks) return block_of(key);
        ++number;
    }
    if (number < last) __builtin_prefetch(blocks_[number + 1].keys.get());
    return number;
}

std::size_t TicketOrder::put(std::size_t number, const TicketKey& key) {
    ++size_;
    if (blocks_[number].size == block_max) {
        split(number);
        if (fronts_[number + 1] < key) ++number;
    }
    Block& block = blocks_[number];
    TicketKey* const begin = block.keys->data();
    TicketKey* const end = begin + block.size;
    TicketKey* const place = std::lower_bound(begin, end, key);
    std::move_backward(place, end, end + 1);
    *place = key;
    ++block.size;
    fronts_[number] = *begin;
    return number;
}

void TicketOrder::split(std::size_t number) {
    // What comes last is often what comes next: then only a little goes to the new block.
    const bool is_last = number + 1 == blocks_.size();
    const std::size_t kept = is_last ? block_max * 7 / 8 : block_max / 2;
    Block upper{std::make_unique_for_overwrite<Keys>(), block_max - kept};
    std::copy(
        blocks_[number].keys->begin() + kept, blocks_[number].keys->end(), upper.keys->begin());
    blocks_[number].size = kept;
    const auto behind = static_cast<std::ptrdiff_t>(number) + 1;
    fronts_.insert(fronts_.begin() + behind, upper.keys->front());
    blocks_.insert(blocks_.begin() + behind, std::move(upper));
}

// Many come at once: all blocks are written anew, three quarters full.
void TicketOrder::merge_fresh() {
    std::vector<TicketKey> settled;
    settled.reserve(size_);
    for (const Block& block : blocks_)
        settled.insert(settled.end(), block.keys->begin(), block.keys->begin() + block.size);
    std::vector<TicketKey> all;
    all.reserve(size_ + fresh_.size());
    std::ranges::merge(settled, fresh_, std::back_inserter(all));
    constexpr std::size_t filled = block_max * 3 / 4;
    size_ = all.size();
    fronts_.clear();
    blocks_.clear();
    for (std::size_t from = 0; from < all.size(); from += filled) {
        const std::size_t size = std::min(filled, all.size() - from);
        Block& block = blocks_.emplace_back(std::make_unique_for_overwrite<Keys>(), size);
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(from), size, block.keys->begin());
        fronts_.push_back(block.keys->front());
    }
}

void TicketOrder::erase(const TicketKey& key) {
    settle();
    CHECK(!blocks_.empty());
    const std::size_t number = block_of(key);
    Block& block = blocks_[number];
    TicketKey* const begin = block.keys->data();
    TicketKey* const end = begin + block.size;
    TicketKey* const found = std::lower_bound(begin, end, key);
    CHECK(found != end && *found == key);
    std::move(found + 1, end, found);
    --block.size;
    --size_;
    if (block.size == 0) {
        const auto place = static_cast<std::ptrdiff_t>(number);
        fronts_.erase(fronts_.begin() + place);
        blocks_.erase(blocks_.begin() + place);
        return;
    }
    fronts_[number] = *begin;
    join_next(number);
}

void TicketOrder::join_next(std::size_t number) {
    if (number + 1 >= blocks_.size()) return;
    Block& block = blocks_[number];
    const Block& other = blocks_[number + 1];
    if (block.size + other.size > block_max / 2) return;
    std::copy_n(other.keys->begin(), other.size, block.keys->begin() + block.size);
    block.size += other.size;
    const auto place = static_cast<std::ptrdiff_t>(number) + 1;
    fronts_.erase(fronts_.begin() + place);
    blocks_.erase(blocks_.begin() + place);
}

// --- places ---

TicketOrder::Place TicketOrder::lower_bound(const TicketKey& key) const {
    if (blocks_.empty()) return {};
    const std::size_t number = block_of(key);
    const Block& block = blocks_[number];
    const TicketKey* const begin = block.keys->data();
    const auto index =
        static_cast<std::size_t>(std::lower_bound(begin, begin + block.size, key) - begin);
    if (index < block.size) return {number, index, false};
    if (number + 1 < blocks_.size()) return {number + 1, 0, false};
    return {};
}

TicketOrder::Place TicketOrder::first() const {
    return blocks_.empty() ? Place{} : Place{0, 0, false};
}

TicketOrder::Place TicketOrder::next(Place place) const {
    if (place.index + 1 < blocks_[place.block].size) return {place.block, place.index + 1, false};
    if (place.block + 1 < blocks_.size()) return {place.block + 1, 0, false};
    return {};
}

TicketOrder::Place TicketOrder::previous(Place place) const {
    if (place.is_end) {
        if (blocks_.empty()) return {};
        return {blocks_.size() - 1, blocks_.back().size - 1, false};
    }
    if (place.index > 0) return {place.block, place.index - 1, false};
    if (place.block == 0) return {};
    return {place.block - 1, blocks_[place.block - 1].size - 1, false};
}

TicketOrder::Place TicketOrder::oldest_of_skill(Place place) const {
    const std::int32_t skill = at(place).skill;
    if (fronts_[place.block].skill == skill) return lower_bound({skill, 0, INT64_MIN});
    while (at({place.block, place.index - 1, false}).skill == skill) --place.index;
    return place;
}

}  // namespace playback::matchmaking
