// AnswerOracle: every answer of the node is one that the API promises, and comes in time.
//
//   status-legal        a call that is well formed gets a status that this call may have
//   answer-well-formed  success is a JSON object; a problem is one with a qualifier and nothing
//   else error-says-nothing  a problem tells nothing of what is inside the node retry-later "too
//   many" and "not now" say when to come again wait-as-asked       only a call that asked to be
//   held is held, and for no longer than it asked auth-for-cause      a token that has not expired
//   is not refused, and no call of one's own answered-in-quiet   when nothing is wrong with the
//   world, every call is answered
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "scenarios/actors/observer.h"
#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class AnswerOracle {
public:
    struct Options {
        Duration token_lifetime = minutes(60);
        // By how much the node's wall clock may have been wrong at most; tokens live by it.
        Duration wall_error_max;
        // What an answer may take beside the time for which it was asked to be held.
        Duration slack = seconds(4);
        // A request must have come whole within this time of its first byte
        // (engine/services/http_server.h).
        Duration request_timeout = seconds(30);
    };

    AnswerOracle(Court& court, Options options) : court_(court), options_(options) {}

    void seen(const CallSeen& call);
    // Somebody whose request began then, and is not whole, can still send.
    void still_asking(Instant since);

private:
    void check_form(const CallSeen& call);
    void check_status(const CallSeen& call);
    void check_size(const CallSeen& call);
    void check_time(const CallSeen& call);
    [[nodiscard]] bool may_be(const CallSeen& call) const;

    Court& court_;
    const Options options_;
    Instant game_at_ = never;                                  // somebody was told of a client then
    std::map<std::string, Instant, std::less<>> answered_at_;  // by caller
};

}  // namespace playback::scenarios
