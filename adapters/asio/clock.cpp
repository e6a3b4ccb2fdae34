#include "adapters/asio/clock.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

Instant read_monotonic() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

constexpr std::uint64_t tick_before(Instant at) {
    return static_cast<std::uint64_t>(at.ns) >> AsioClock::tick_bits;
}

// The first tick that is not before `at`.
constexpr std::uint64_t tick_after(Instant at) {
    if (at.ns <= 0) return 0;
    constexpr std::uint64_t last = (1ULL << AsioClock::tick_bits) - 1;
    return (static_cast<std::uint64_t>(at.ns) + last) >> AsioClock::tick_bits;
}

}  // namespace

AsioClock::AsioClock(Loop& loop)
    : loop_(loop), alarm_(loop.context()), current_(tick_before(read_monotonic())) {
}

AsioClock::~AsioClock() {
    CHECK(armed_ == 0);  // a timer that outlives its clock would write into freed memory
}

Instant AsioClock::now() const {
    const std::uint64_t turn = loop_.turn();
    if (turn == 0) return read_monotonic();
    if (turn != read_in_turn_) {
        read_in_turn_ = turn;
        read_ = read_monotonic();
    }
    return read_;
}

WallTime AsioClock::wall() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

void AsioClock::insert(io::Timer& timer, Instant) {
    ++armed_;
    place(timer);
    if (!ringing_) set_alarm();
}

void AsioClock::remove(io::Timer& timer) {
    CHECK(armed_ > 0);
    --armed_;
    unlink(timer);
}

void AsioClock::place(io::Timer& timer) {
    const Tick tick = tick_after(timer.at());
    if (tick <= current_) {
        link(timer, due_list);
        return;
    }
    const auto level = static_cast<std::size_t>((std::bit_width(tick ^ current_) - 1) / level_bits);
    const std::size_t slot = (tick >> (level * level_bits)) % slots_per_level;
    link(timer, level * slots_per_level + slot);
}

// Lists are rings: the head's `previous` is the tail.
void AsioClock::link(io::Timer& timer, std::size_t list) {
    timer.place.key = list;
    io::Timer*& head = heads_[list];
    if (head == nullptr) {
        head = timer.place.next = timer.place.previous = &timer;
        if (list < slot_count)
            occupied_[list / slots_per_level] |= 1ULL << (list % slots_per_level);
        return;
    }
    timer.place.next = head;
    timer.place.previous = head->place.previous;
    head->place.previous->place.next = &timer;
    head->place.previous = &timer;
}

void AsioClock::unlink(io::Timer& timer) {
    const std::size_t list = timer.place.key;
    io::Timer*& head = heads_[list];
    if (timer.place.next == &timer) {
        head = nullptr;
        if (list < slot_count)
            occupied_[list / slots_per_level] &= ~(1ULL << (list % slots_per_level));
    } else {
        if (head == &timer) head = timer.place.next;
        timer.place.previous->place.next = timer.place.next;
        timer.place.next->place.previous = timer.place.previous;
    }
    timer.place = {};
}

std::optional<AsioClock::Next> AsioClock::next() const {
    // A slot of a lower level is always before every slot of a higher one, and within a level all
    // occupied slots are after the current one.
    for (std::size_t level = 0; level < levels; ++level) {
        if (occupied_[level] == 0) continue;
        const auto slot = static_cast<std::size_t>(std::countr_zero(occupied_[level]));
        const std::size_t shift = level * level_bits;
        const Tick base = current_ >> (shift + level_bits) << (shift + level_bits);
        return Next{level * slots_per_level + slot, base | Tick{slot} << shift};
    }
    return std::nullopt;
}

// Moves what is due at `target` into the due list. The slots that stay are right for every tick up
// to theirs, so nothing else has to move.
void AsioClock::advance(Tick target) {
    for (std::optional<Next> slot = next(); slot && slot->tick <= target; slot = next()) {
        current_ = slot->tick;
        while (io::Timer* const timer = heads_[slot->list]) {
            unlink(*timer);
            place(*timer);
        }
    }
    current_ = std::max(current_, target);
}

void AsioClock::ring() {
    CHECK(loop_.enter_inline());
    const io::InlineScope turn{loop_};
    struct Again {  // also when a timer throws
        AsioClock& clock;
        ~Again() {
            clock.ringing_ = false;
            clock.set_alarm();
        }
    };
    const Again again{*this};
    ringing_ = true;
    alarm_at_ = never;

    advance(tick_before(now()));
    // A list of its own: what is armed from here on fires at the next ring at the earliest.
    while (io::Timer* const timer = heads_[due_list]) {
        unlink(*timer);
        link(*timer, firing_list);
    }
    while (io::Timer* const timer = heads_[firing_list]) {
        unlink(*timer);
        --armed_;
        timer->expire();
    }
}

void AsioClock::set_alarm() {
    Instant at = never;
    if (heads_[due_list] != nullptr || heads_[firing_list] != nullptr)
        at = Instant{};
    else if (const std::optional<Next> slot = next())
        at = Instant{static_cast<std::int64_t>(slot->tick << tick_bits)};
    // An alarm that rings too early only looks and is set again: cheaper than moving it.
    if (at >= alarm_at_) return;
    alarm_at_ = at;
    alarm_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at.ns)));
    alarm_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure) ring();
    });
}

}  // namespace playback::adapters
