#include "engine/domain/matchmaking/ticket_ids.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace playback::matchmaking {
namespace {

constexpr std::size_t slots_min = 16;
constexpr std::size_t slots_max = std::size_t{1} << 31;

}  // namespace

void TicketIds::insert(std::uint64_t id, Record record) {
    if (size_ >= slots_.size() / 8 * 5) grow();
    put({tag_of(id), record});
    ++size_;
}

void TicketIds::put(Slot slot) {
    std::size_t i = home_of(slot.tag);
    while (slots_[i].tag != 0) i = after(i);
    slots_[i] = slot;
}

void TicketIds::grow() {
    const std::size_t wanted = std::max(slots_min, 2 * slots_.size());
    CHECK(wanted <= slots_max);
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(wanted));
    shift_ = 32;
    for (std::size_t size = wanted; size > 1; size /= 2) --shift_;
    for (const Slot& slot : old)
        if (slot.tag != 0) put(slot);
}

void TicketIds::erase(std::uint64_t id, Record record) {
    CHECK(size_ > 0);
    const std::uint32_t tag = tag_of(id);
    std::size_t gap = home_of(tag);
    while (slots_[gap].record != record || slots_[gap].tag != tag) {
        CHECK(slots_[gap].tag != 0);
        gap = after(gap);
    }
    // Whoever stands behind and may stand in the gap moves there: its home is not between.
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = after(gap); slots_[i].tag != 0; i = after(i)) {
        if (((i - home_of(slots_[i].tag)) & mask) < ((i - gap) & mask)) continue;
        slots_[gap] = slots_[i];
        gap = i;
    }
    slots_[gap] = {};
    --size_;
}

}  // namespace playback::matchmaking
