// AsioClock: the operating system's clocks, and one coarse timer wheel for a whole loop.
//
// The wheel has seven levels of 64 slots; a slot of the lowest level is one tick of 4.2 ms. A timer
// stands in the level where its tick first differs from the current one, so arming and disarming
// are O(1), and each timer is moved down at most once per level. It fires at the first tick at or
// after its instant: never early, and 10 ms late at most on a machine that keeps up. Timers of one
// tick fire in no stated order.
//
// One alarm of Asio serves all, set again only when the nearest slot comes closer.
//
// `now` is read once for each operation that the loop runs: all that happens in one step happens at
// one instant. Must outlive its timers and be outlived by its loop.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/asio/loop.h"
#include "engine/io/clock.h"

namespace playback::adapters {

class AsioClock final : public io::Clock {
public:
    static constexpr int tick_bits = 22;  // a tick is 2^22 ns

    explicit AsioClock(Loop& loop);
    AsioClock(const AsioClock&) = delete;
    AsioClock& operator=(const AsioClock&) = delete;
    ~AsioClock() override;

    [[nodiscard]] Instant now() const override;
    [[nodiscard]] WallTime wall() const override;

private:
    static constexpr int level_bits = 6;
    static constexpr std::size_t slots_per_level = 1U << level_bits;
    static constexpr std::size_t levels = 7;  // 7 * 6 + 22 bits hold every Instant
    static constexpr std::size_t slot_count = levels * slots_per_level;
    static constexpr std::size_t due_list = slot_count;         // fire at the next chance
    static constexpr std::size_t firing_list = slot_count + 1;  // being fired

    using Tick = std::uint64_t;
    using Alarm =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>,
                                          boost::asio::io_context::executor_type>;

    // The slot that is next to be looked at, and its first tick.
    struct Next {
        std::size_t list = 0;
        Tick tick = 0;
    };

    void insert(io::Timer& timer, Instant at) override;
    void remove(io::Timer& timer) override;

    void place(io::Timer& timer);
    void link(io::Timer& timer, std::size_t list);
    void unlink(io::Timer& timer);
    [[nodiscard]] std::optional<Next> next() const;
    void advance(Tick target);
    void ring();
    void set_alarm();

    Loop& loop_;
    Alarm alarm_;
    Instant alarm_at_ = never;
    bool ringing_ = false;
    Tick current_ = 0;
    std::size_t armed_ = 0;
    std::array<std::uint64_t, levels> occupied_{};  // one bit a slot
    std::array<io::Timer*, slot_count + 2> heads_{};

    mutable std::uint64_t read_in_turn_ = 0;
    mutable Instant read_{};
};

}  // namespace playback::adapters
