// ObligationOracle: what somebody waits for comes in time, whenever nothing is wrong with the
// world. It needs no end of the run: each quiet stretch is judged when it is over.
//
//   seated-in-time  a client that calls has a seat
//   heard-in-time   what a runtime was acknowledged reaches its client, whose calls are answered;
//                   and what a client was acknowledged reaches its runtime, once that knows it
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class ObligationOracle {
public:
    struct Options {
        Duration seat = seconds(43);     // as long as the world has to settle
        Duration message = seconds(5);   // from its acknowledgement
        Duration recover = seconds(20);  // after something went wrong, before anything is owed
    };

    ObligationOracle(Court& court, Options options) : court_(court), options_(options) {}

    void created(std::uint64_t client) { waiting_[client] = court_.now(); }
    void assigned(std::uint64_t client) { waiting_.erase(client); }
    void over(std::uint64_t client) { waiting_.erase(client); }
    // An interchange of the client was answered.
    void called(std::uint64_t client);

    // Its runtime knows the client: what it said before is held until then.
    void joined(std::uint64_t client);

    // A message (its direction: to the runtime, or from it) was acknowledged to who sent it, and
    // arrives at who it is for.
    void acknowledged(bool to_runtime, std::uint64_t client, std::uint64_t serial);
    void arrived(bool to_runtime, std::uint64_t client, std::uint64_t serial);

private:
    using Passage = std::pair<std::uint64_t, std::uint64_t>;  // client, serial

    [[nodiscard]] bool was_kind_for(Duration time) const;

    Court& court_;
    const Options options_;
    std::map<std::uint64_t, Instant> waiting_;  // for a seat, since
    std::map<Passage, Instant> owed_[2];        // acknowledged, not arrived; since
};

}  // namespace playback::scenarios
