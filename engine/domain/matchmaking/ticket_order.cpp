#include "engine/domain/matchmaking/ticket_order.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "engine/base/check.h"

namespace playback::matchmaking {
namespace {

constexpr std::size_t keys_per_line = 64 / sizeof(TicketKey);

constexpr std::uint64_t all_of(std::size_t size) {
    return size == 0 ? 0 : ~std::uint64_t{0} >> (64 - size);
}

// How many are below, which are in front of the others: by halving without branches.
template <class IsBelow>
std::size_t count_below(const TicketKey* keys, std::size_t size, const IsBelow& is_below) {
    const TicketKey* at = keys;
    while (size > 1) {
        const std::size_t half = size / 2;
        at += half * static_cast<std::size_t>(is_below(at[half - 1]));
        size -= half;
    }
    return static_cast<std::size_t>(at - keys) + (size == 1 && is_below(*at) ? 1 : 0);
}

std::size_t count_below(const TicketKey* keys, std::size_t size, const TicketKey& key) {
    return count_below(keys, size, [&key](const TicketKey& one) { return one < key; });
}

}  // namespace

std::size_t TicketOrder::block_of(const TicketKey& key) const {
    const std::size_t after = count_below(fronts_.data(), fronts_.size(), key);
    if (after < fronts_.size() && fronts_[after] == key) return after;
    return after == 0 ? 0 : after - 1;
}

// --- changes ---

void TicketOrder::insert(const TicketKey& key) {
    if (!fresh_.empty()) fresh_is_by_age_ &= came_before(fresh_.back().age, key.age);
    fresh_.push_back(key);
    if (fresh_.size() == fresh_max) settle();  // so that no step has ever more of them to sort
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
    if (fresh_.capacity() > fresh_kept)
        fresh_ = {};
    else
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
        std::sort(fresh_.begin(), fresh_.end());
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

void TicketOrder::prefetch(std::size_t number) const {
    const TicketKey* const keys = blocks_[number].keys->data();
    for (std::size_t i = 0; i < blocks_[number].size; i += keys_per_line)
        __builtin_prefetch(keys + i);
}

bool TicketOrder::is_block_of(std::size_t number, const TicketKey& key) const {
    if (number >= blocks_.size() || key < fronts_[number]) return false;
    return number + 1 == blocks_.size() || key < fronts_[number + 1];
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
    blocks_[number].squeeze();
    if (blocks_[number].size == block_max) {
        split(number);
        if (fronts_[number + 1] < key) ++number;
    }
    Block& block = blocks_[number];
    TicketKey* const begin = block.keys->data();
    TicketKey* const end = begin + block.size;
    TicketKey* const place = begin + count_below(begin, block.size, key);
    std::move_backward(place, end, end + 1);
    *place = key;
    block.live = all_of(++block.size);
    fronts_[number] = *begin;
    return number;
}

void TicketOrder::split(std::size_t number) {
    // What comes last is often what comes next: then only a little goes to the new block.
    const bool is_last = number + 1 == blocks_.size();
    const std::size_t kept = is_last ? block_max * 7 / 8 : block_max / 2;
    Block upper{std::make_unique_for_overwrite<Keys>(), block_max - kept, all_of(block_max - kept)};
    Block& lower = blocks_[number];
    std::copy(lower.keys->begin() + kept, lower.keys->end(), upper.keys->begin());
    lower.size = kept;
    lower.live = all_of(kept);
    const auto behind = static_cast<std::ptrdiff_t>(number) + 1;
    fronts_.insert(fronts_.begin() + behind, upper.keys->front());
    blocks_.insert(blocks_.begin() + behind, std::move(upper));
}

// Many come at once: all blocks are written anew, three quarters full.
void TicketOrder::merge_fresh() {
    constexpr std::size_t filled = block_max * 3 / 4;
    std::vector<Block> settled = std::exchange(blocks_, {});
    fronts_.clear();
    const auto append = [this](const TicketKey& key) {
        if (blocks_.empty() || blocks_.back().size == filled) {
            fronts_.push_back(key);
            blocks_.emplace_back(std::make_unique_for_overwrite<Keys>(), 0, 0);
        }
        Block& block = blocks_.back();
        (*block.keys)[block.size] = key;
        block.live = all_of(++block.size);
    };
    auto next = fresh_.begin();
    for (Block& block : settled) {
        block.squeeze();
        for (const TicketKey& key : std::span(*block.keys).first(block.size)) {
            while (next != fresh_.end() && *next < key) append(*next++);
            append(key);
        }
        block.keys.reset();
    }
    while (next != fresh_.end()) append(*next++);
    size_ += fresh_.size();
}

std::size_t TicketOrder::seek(const TicketKey& key) {
    settle();
    CHECK(!blocks_.empty());
    if (is_block_of(last_sought_, key)) return last_sought_;
    last_sought_ = block_of(key);
    prefetch(last_sought_);
    return last_sought_;
}

void TicketOrder::erase(const TicketKey& key, std::size_t sought) {
    const std::size_t number = is_block_of(sought, key) ? sought : block_of(key);
    Block& block = blocks_[number];
    const TicketKey* const begin = block.keys->data();
    const auto index = count_below(begin, block.size, key);
    const std::uint64_t bit = index < block.size ? block.live & std::uint64_t{1} << index : 0;
    CHECK(bit != 0 && begin[index] == key);
    block.live &= ~bit;
    --size_;
    if (block.live != 0) {
        join_next(number);
        return;
    }
    const auto place = static_cast<std::ptrdiff_t>(number);
    fronts_.erase(fronts_.begin() + place);
    blocks_.erase(blocks_.begin() + place);
}

void TicketOrder::join_next(std::size_t number) {
    if (number + 1 >= blocks_.size()) return;
    Block& block = blocks_[number];
    Block& other = blocks_[number + 1];
    if (block.count() + other.count() > block_max / 2) return;
    block.squeeze();
    other.squeeze();
    std::copy_n(other.keys->begin(), other.size, block.keys->begin() + block.size);
    block.size += other.size;
    block.live = all_of(block.size);
    const auto place = static_cast<std::ptrdiff_t>(number) + 1;
    fronts_.erase(fronts_.begin() + place);
    blocks_.erase(blocks_.begin() + place);
}

// --- a block ---

std::optional<std::size_t> TicketOrder::Block::from(std::size_t index) const {
    const std::uint64_t rest = index < block_max ? live >> index << index : 0;
    if (rest == 0) return std::nullopt;
    return static_cast<std::size_t>(std::countr_zero(rest));
}

std::optional<std::size_t> TicketOrder::Block::before(std::size_t index) const {
    const std::uint64_t rest = live & all_of(index);
    if (rest == 0) return std::nullopt;
    return static_cast<std::size_t>(std::bit_width(rest)) - 1;
}

void TicketOrder::Block::squeeze() {
    if (live == all_of(size)) return;
    size = 0;
    for (std::uint64_t rest = live; rest != 0; rest &= rest - 1)
        (*keys)[size++] = (*keys)[static_cast<std::size_t>(std::countr_zero(rest))];
    live = all_of(size);
}

// --- places ---

TicketOrder::Place TicketOrder::place_from(std::size_t number, std::size_t index) const {
    if (const auto found = blocks_[number].from(index)) return {number, *found, false};
    return number + 1 < blocks_.size() ? place_from(number + 1, 0) : Place{};
}

TicketOrder::Place TicketOrder::from_skill(std::int64_t skill) const {
    if (blocks_.empty()) return {};
    const auto is_below = [skill](const TicketKey& key) { return key.skill < skill; };
    const std::size_t after = count_below(fronts_.data(), fronts_.size(), is_below);
    const std::size_t number = after == 0 ? 0 : after - 1;
    prefetch(number);
    const Block& block = blocks_[number];
    return place_from(number, count_below(block.keys->data(), block.size, is_below));
}

TicketOrder::Place TicketOrder::first() const {
    return blocks_.empty() ? Place{} : place_from(0, 0);
}

TicketOrder::Place TicketOrder::next(Place place) const {
    return place_from(place.block, place.index + 1);
}

TicketOrder::Place TicketOrder::previous(Place place) const {
    if (!place.is_end)
        if (const auto found = blocks_[place.block].before(place.index))
            return {place.block, *found, false};
    const std::size_t behind = place.is_end ? blocks_.size() : place.block;
    if (behind == 0) return {};
    return {behind - 1, *blocks_[behind - 1].before(block_max), false};
}

TicketOrder::Place TicketOrder::oldest_of_skill(Place place) const {
    const std::int32_t skill = at(place).skill;
    if (fronts_[place.block].skill == skill) return from_skill(skill);
    for (;;) {
        const auto before = blocks_[place.block].before(place.index);
        if (!before || at({place.block, *before, false}).skill != skill) return place;
        place.index = *before;
    }
}

}  // namespace playback::matchmaking
