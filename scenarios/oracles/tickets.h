// TicketOracle: what lobbies are told of the matches that they look for.
//
//   ticket-told-once  a number has one last word (matched, cancelled, timed out or refused),
//   nothing
//                     comes after it, and no word comes of a number that nobody gave
//   ticket-cancelled  whose request was cancelled, and who was not looked for since, comes into no
//                     match
//   ticket-in-time    a request times out only if a time was stated, and not before it is over
//   ticket-reason     state, position, reason and mode agree: positions begin at 1, only who waits
//                     has one, an unknown mode is refused, and too few players are too few
//   ticket-answered   when all is quiet each number has had a word, and none waits beyond its time
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/actors/observer.h"
#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class TicketOracle {
public:
    using IsDead = std::function<bool(std::uint64_t runtime)>;

    // `wall_error_max`: a node that starts anew goes by its wall clock, which may be as wrong.
    TicketOracle(Court& court, Duration wall_error_max)
        : court_(court), wall_error_max_(wall_error_max) {}

    void match_opened(std::uint64_t runtime) { matches_.insert(runtime); }
    void asked(const TicketAsked& asked);
    void acknowledged(std::uint64_t runtime, std::uint64_t number);
    void told(const TicketTold& told);
    void joined(std::uint64_t runtime, std::uint64_t client);

    // Is every number of a runtime that is not dead as it should be when all is quiet?
    [[nodiscard]] bool is_settled(const IsDead& is_dead) const;
    void check_settled(const IsDead& is_dead);

private:
    using Name = std::pair<std::uint64_t, std::uint64_t>;  // runtime, number
    struct Ticket {
        std::string mode;
        Duration timeout;  // zero: waits for ever
        Instant asked_at;
        bool is_acknowledged = false;
        std::uint32_t words = 0;
        bool is_over = false;
    };

    void check_word(const Name& name, const TicketTold& told);
    void check_state(const TicketTold& told);
    [[nodiscard]] static std::string complaint(const Ticket& ticket);

    Court& court_;
    const Duration wall_error_max_;
    std::set<std::uint64_t> matches_;  // runtimes
    std::map<Name, Ticket> tickets_;
    std::map<std::uint64_t, Name> last_asked_;  // by client
    std::map<std::uint64_t, Name> cancelled_;   // by client, if it was not looked for since
};

}  // namespace playback::scenarios
