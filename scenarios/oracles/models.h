// What the objects of a lobby promise, as models for the search in linearizable.h.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "scenarios/oracles/linearizable.h"

namespace playback::scenarios {

// One value that is written and read: a profile (its version), the newest deployment of a stage.
struct RegisterModel {
    struct Call {
        bool writes = false;
        std::uint64_t value = 0;  // written, or read
    };
    using State = std::uint64_t;
    using History = std::vector<Operation<Call>>;

    static State initial() { return 0; }
    static bool step(State& state, const Call& call);
    static void append(std::string& key, const State& state);
    // Without what cannot matter: writes of unknown outcome that nobody has read, and reads of
    // unknown outcome.
    static History prune(const History& history);
};

// One name that owners want: who has it is let in by it, until he is gone. A name may be granted
// only to one at a time; of one who is gone it may, but need not, be granted again. Refused calls
// promise nothing and stay out of the history.
struct NameModel {
    enum class Kind : std::uint8_t { grant, enter, dismiss };
    struct Call {
        Kind kind = Kind::grant;
        std::uint64_t owner = 0;
        bool was_let_in = false;  // by "enter"
    };
    struct State {
        std::uint64_t owner = 0;
        std::set<std::uint64_t> gone;
    };

    static State initial() { return {}; }
    static bool step(State& state, const Call& call);
    static void append(std::string& key, const State& state);
};

// One deployment of a stage: opened, closed by a newer one of its stage, gone when it is removed or
// has emptied, which a closed one may do at any time. Refused calls promise nothing.
struct DeploymentModel {
    enum class Status : std::uint8_t { none, open, closed, gone };
    enum class Kind : std::uint8_t { open, supersede, look, remove };
    struct Call {
        Kind kind = Kind::open;
        Status seen = Status::none;  // by "look"
    };
    using State = Status;
    using History = std::vector<Operation<Call>>;

    static State initial() { return Status::none; }
    static bool step(State& state, const Call& call);
    static void append(std::string& key, const State& state);
    // Without what cannot matter: calls of unknown outcome, unless somebody found it closed or
    // gone.
    static History prune(const History& history);
};

}  // namespace playback::scenarios
