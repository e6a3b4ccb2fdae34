// SeatOracle: what runtimes are told of their seats, and clients of their runtimes.
//
//   lobby-capacity         a runtime never has more clients than its lobby has seats
//   joined-before-message  a message comes from a client that sits there: not before it joined, and
//                          not after it was removed
//   removed-once           who is removed sat there
//   assigned-is-started    a client is sent to a runtime whose container was started
//   assigned-forward       and never back to one that it was moved away from (where there are no
//                          matches, from which clients come back)
//   match-capacity         a match never has more clients than its mode has seats
//   match-group            a client joins a group of the mode, and none has more than its seats
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class SeatOracle {
public:
    // `capacity`: of a lobby; 0: not known.
    SeatOracle(Court& court, std::uint32_t capacity, bool has_matches = false)
        : court_(court), capacity_(capacity), has_matches_(has_matches) {}

    void container_started(std::uint64_t runtime) { started_.insert(runtime); }
    void joined(std::uint64_t runtime, std::uint64_t client);
    void match_opened(std::uint64_t runtime, std::string_view mode);
    void group_joined(std::uint64_t runtime, std::uint64_t client, std::string_view group);
    void may_leave(std::uint64_t runtime, std::uint64_t client) {
        leaving_[runtime].insert(client);
    }
    void removed(std::uint64_t runtime, std::uint64_t client);
    void received(std::uint64_t runtime, std::uint64_t client);
    // `all_seen`: container_started is told of every runtime, if it is told of any.
    void assigned(std::uint64_t client, std::uint64_t runtime, bool all_seen);

    // As the runtime was told, without those who may be on their way out.
    [[nodiscard]] std::set<std::uint64_t> clients_of(std::uint64_t runtime) const;

private:
    struct MatchSeen {
        std::string mode;
        std::map<std::uint64_t, std::string> groups;  // by client
    };

    Court& court_;
    const std::uint32_t capacity_;
    const bool has_matches_;
    std::set<std::uint64_t> started_;
    std::map<std::uint64_t, MatchSeen> matches_;
    std::map<std::uint64_t, std::set<std::uint64_t>> leaving_;  // clients, by runtime
    std::map<std::uint64_t, std::set<std::uint64_t>> seated_;   // clients, by runtime
    std::map<std::uint64_t, std::set<std::uint64_t>> told_;     // runtimes, by client
};

}  // namespace playback::scenarios
