// IdOracle: ids of a kind are never handed out twice (id-unique), and a slot's ids grow: whoever
// asks after an answer gets a newer one than was answered (id-grows).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class IdOracle {
public:
    explicit IdOracle(Court& court) : court_(court) {}

    // A call that left at `left` was answered now with an id that is new.
    void made(std::string_view kind, std::uint64_t id, Instant left);

private:
    Court& court_;
    std::map<std::string, std::set<std::uint64_t>, std::less<>> known_;  // by kind
    // By slot: when an id was answered that was newer than all before, and which.
    std::map<std::uint64_t, std::vector<std::pair<Instant, std::uint64_t>>> newest_;
};

}  // namespace playback::scenarios
