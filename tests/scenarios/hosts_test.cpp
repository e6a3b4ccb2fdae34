#include "scenarios/oracles/hosts.h"

#include <gtest/gtest.h>

namespace playback::scenarios {
namespace {

struct Watched {
    std::vector<std::string> complaints;
    Court court{{[] { return Instant{}; },
                 [this](std::string invariant, std::string, std::string) {
                     complaints.push_back(std::move(invariant));
                 },
                 {},
                 {}}};
    HostLedger hosts{court};

    std::uint64_t drain(NameOutcome outcome = NameOutcome::done) {
        hosts.called(HostDeed::drain, 1, NameOutcome::unknown);
        return hosts.called(HostDeed::drain, 1, outcome);
    }
    void open(HostDeed deed, NameOutcome outcome) {
        hosts.called(deed, 1, NameOutcome::unknown);
        if (outcome != NameOutcome::unknown) hosts.called(deed, 1, outcome);
    }
};

using Complaints = std::vector<std::string>;

TEST(HostLedger, WhatWasPlacedMayStartOnADrainingHostAndNothingElse) {
    Watched watched;
    watched.hosts.started(1, 7);
    const std::uint64_t draining = watched.drain();
    ASSERT_NE(draining, 0U);
    watched.hosts.started(1, 8);  // nobody knows yet whether it was there
    watched.hosts.placed(1, draining, {7});
    watched.hosts.started(1, 7);
    watched.hosts.started(2, 9);
    EXPECT_EQ(watched.complaints, Complaints{});
    watched.hosts.started(1, 9);
    EXPECT_EQ(watched.complaints, Complaints{"drained-left-alone"});
}

TEST(HostLedger, WhoeverOpensItAllowsEverything) {
    for (const HostDeed deed : {HostDeed::add, HostDeed::resume, HostDeed::remove}) {
        Watched watched;
        watched.hosts.placed(1, watched.drain(), {});
        watched.open(deed, NameOutcome::done);
        watched.hosts.started(1, 9);
        EXPECT_EQ(watched.complaints, Complaints{});
        watched.hosts.placed(1, watched.drain(), {});
        watched.hosts.started(1, 9);
        EXPECT_EQ(watched.complaints.size(), 1U);
    }
}

TEST(HostLedger, WhatIsNotKnownIsNotJudged) {
    Watched lost;
    EXPECT_EQ(lost.drain(NameOutcome::refused), 0U);
    const std::uint64_t draining = lost.drain();
    lost.open(HostDeed::resume, NameOutcome::unknown);  // may be heard later than any drain
    lost.hosts.placed(1, draining, {});
    lost.hosts.started(1, 9);
    EXPECT_EQ(lost.drain(), 0U);
    lost.open(HostDeed::resume, NameOutcome::done);
    EXPECT_EQ(lost.drain(), 0U);
    EXPECT_EQ(lost.complaints, Complaints{});
}

}  // namespace
}  // namespace playback::scenarios
