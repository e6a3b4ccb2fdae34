// ContainerLedger: every container that the host starts and ends, in a book.
//
//   container-once      a runtime never has two containers at once
//   container-attempts  starts of a runtime go on: no earlier attempt is started after a later one
//   container-kept      in a kind world a runtime that was started is not started once more for the
//                       same attempt: the first container would be replaced
//   container-wanted    no container is started for a runtime that is known to be over
//   container-gone      what is over is removed in time, when nothing is wrong with the world
#pragma once

#include <cstdint>
#include <map>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class ContainerLedger {
public:
    // The container of a runtime that is over may stay for `grace` at most.
    ContainerLedger(Court& court, Duration grace) : court_(court), grace_(grace) {}

    void started(std::uint64_t runtime, std::uint64_t attempt);
    void ended(std::uint64_t runtime);
    // The runtime was told that it is gone (404), after it had been let in.
    void runtime_over(std::uint64_t runtime);
    // Now and then: does anything stay for too long?
    void look();

private:
    struct Book {
        std::uint32_t running = 0;
        std::uint64_t attempt = 0;
        Instant started_at;
        bool is_over = false;
        Instant over_at;
    };

    Court& court_;
    const Duration grace_;
    std::map<std::uint64_t, Book> books_;  // by runtime
};

}  // namespace playback::scenarios
