// LifeOracle: nothing ends without cause, and whoever ends is told so.
//
//   end-told      the mailbox of a client is only gone (404) when it was silent for longer than its
//                 interval and the time in which it could have read that it has ended
//   runtime-kept  a runtime that calls, and that clients sit in who call as well, is not dropped
//                 while its container runs; judged for those whose start is known to be over
//                 (`settling`)
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "scenarios/oracles/court.h"
#include "scenarios/oracles/seats.h"

namespace playback::scenarios {

class LifeOracle {
public:
    struct Options {
        Duration client_inactive = seconds(30);
        Duration runtime_inactive = seconds(10);
        Duration purge_after = seconds(60);
        // Was this client silent for so long that it may have ended before its runtime hears of it?
        // Not given: none was.
        std::function<bool(std::uint64_t client)> may_have_ended = {};
    };

    LifeOracle(Court& court, const SeatOracle& seats, Options options)
        : court_(court), seats_(seats), options_(options) {}

    // `active_at`: when the last call that was answered had left.
    void client_not_found(std::uint64_t client, Instant active_at);

    void runtime_let_in(std::uint64_t runtime);
    void runtime_answered(std::uint64_t runtime, Instant left, Duration held);
    void runtime_not_found(std::uint64_t runtime);

private:
    struct Runtime {
        Instant let_in_at;
        Instant active_at;  // when its last call that was answered had left
        Duration held;      // and for how long it wished to be held
    };
    [[nodiscard]] bool is_needed(std::uint64_t runtime) const;

    // What is under way when a runtime is let in (the answer to its start) is over after this.
    static constexpr Duration settling = seconds(20);

    Court& court_;
    const SeatOracle& seats_;
    const Options options_;
    std::map<std::uint64_t, Runtime> runtimes_;
};

}  // namespace playback::scenarios
