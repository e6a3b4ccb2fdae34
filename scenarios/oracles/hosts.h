// HostLedger: which container hosts were drained, and what starts there all the same.
//
//   drained-left-alone  once a drain is acknowledged, nothing starts on that host but what had been
//                       placed there before, until somebody resumes, removes or adds it
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include "scenarios/actors/observer.h"
#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class HostLedger {
public:
    explicit HostLedger(Court& court) : court_(court) {}

    // An order about a host leaves (unknown), and is over. Which draining this is, if it is
    // acknowledged now: whoever hears of it asks the node what is on that host. Else 0.
    std::uint64_t called(HostDeed deed, std::size_t host, NameOutcome outcome);
    // What the node has placed on the host, asked after that draining was acknowledged.
    void placed(std::size_t host, std::uint64_t draining, std::set<std::uint64_t> runtimes);
    // A container of this runtime starts there.
    void started(std::size_t host, std::uint64_t runtime);

private:
    struct Book {
        std::uint64_t order = 0;    // the last one that left
        bool is_uncertain = false;  // an order that opens it was lost: it may be heard at any time
        std::uint64_t open = 0;     // orders that open it and have left
        bool is_drained = false;    // and what was there is known
        std::set<std::uint64_t> known;
    };

    Court& court_;
    std::uint64_t orders_ = 0;
    std::map<std::size_t, Book> books_;
};

}  // namespace playback::scenarios
