#include "engine/domain/matchmaking/ticket_order.h"

#include <algorithm>

#include "engine/base/check.h"

namespace playback::matchmaking {

std::size_t TicketOrder::block_of(const TicketKey& key) const {
    const auto is_below = [](const TicketKey& wanted, const Block& block) {
        return wanted < block.front();
    };
    const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), key, is_below);
    return after == blocks_.begin() ? 0 : static_cast<std::size_t>(after - blocks_.begin()) - 1;
}

void TicketOrder::insert(const TicketKey& key) {
    ++size_;
    if (blocks_.empty()) {
        blocks_.emplace_back().reserve(block_max);
        blocks_.back().push_back(key);
        return;
    }
    const std::size_t number = block_of(key);
    Block& block = blocks_[number];
    block.insert(std::ranges::lower_bound(block, key), key);
    if (block.size() < block_max) return;
    // What comes last is often what comes next: then only a little goes to the new block.
    const bool is_last = number + 1 == blocks_.size();
    const std::size_t kept = is_last ? block_max * 7 / 8 : block_max / 2;
    Block upper;
    upper.reserve(block_max);
    upper.assign(block.begin() + static_cast<std::ptrdiff_t>(kept), block.end());
    block.resize(kept);
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(number) + 1, std::move(upper));
}

void TicketOrder::erase(const TicketKey& key) {
    CHECK(!blocks_.empty());
    const std::size_t number = block_of(key);
    Block& block = blocks_[number];
    const auto found = std::ranges::lower_bound(block, key);
    CHECK(found != block.end() && *found == key);
    block.erase(found);
    --size_;
    if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(number));
}

TicketOrder::Place TicketOrder::lower_bound(const TicketKey& key) const {
    if (blocks_.empty()) return {};
    const std::size_t number = block_of(key);
    const Block& block = blocks_[number];
    const auto index =
        static_cast<std::size_t>(std::ranges::lower_bound(block, key) - block.begin());
    if (index < block.size()) return {number, index, false};
    return number + 1 < blocks_.size() ? Place{number + 1, 0, false} : Place{};
}

TicketOrder::Place TicketOrder::first() const {
    return blocks_.empty() ? Place{} : Place{0, 0, false};
}

TicketOrder::Place TicketOrder::next(Place place) const {
    if (place.is_end) return place;
    if (place.index + 1 < blocks_[place.block].size()) return {place.block, place.index + 1, false};
    return place.block + 1 < blocks_.size() ? Place{place.block + 1, 0, false} : Place{};
}

TicketOrder::Place TicketOrder::previous(Place place) const {
    if (place.is_end) {
        if (blocks_.empty()) return place;
        return {blocks_.size() - 1, blocks_.back().size() - 1, false};
    }
    if (place.index > 0) return {place.block, place.index - 1, false};
    if (place.block == 0) return {};
    return {place.block - 1, blocks_[place.block - 1].size() - 1, false};
}

}  // namespace playback::matchmaking
