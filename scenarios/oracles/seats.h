// SeatOracle: what runtimes are told of their seats, and clients of their runtimes.
//
//   lobby-capacity         a runtime never has more clients than its lobby has seats
//   joined-before-message  a message comes from a client that sits there: not before it joined, and
//                          not after it was removed
//   removed-once           who is removed sat there
//   assigned-is-started    a client is sent to a runtime whose container was started
//   assigned-forward       and never back to one that it was moved away from
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class SeatOracle {
public:
    // `capacity`: of a lobby; 0: not known.
    SeatOracle(Court& court, std::uint32_t capacity) : court_(court), capacity_(capacity) {}

    void container_started(std::uint64_t runtime) { started_.insert(runtime); }
    void joined(std::uint64_t runtime, std::uint64_t client);
    void removed(std::uint64_t runtime, std::uint64_t client);
    void received(std::uint64_t runtime, std::uint64_t client);
    // `all_seen`: container_started is told of every runtime, if it is told of any.
    void assigned(std::uint64_t client, std::uint64_t runtime, bool all_seen);

    // As the runtime was told.
    [[nodiscard]] std::set<std::uint64_t> clients_of(std::uint64_t runtime) const;

private:
    Court& court_;
    const std::uint32_t capacity_;
    std::set<std::uint64_t> started_;
    std::map<std::uint64_t, std::set<std::uint64_t>> seated_;  // clients, by runtime
    std::map<std::uint64_t, std::set<std::uint64_t>> told_;    // runtimes, by client
};

}  // namespace playback::scenarios
