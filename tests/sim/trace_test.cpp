#include "sim/trace.h"

#include <gtest/gtest.h>

namespace playback::sim {
namespace {

TEST(Trace, ContentCountsAndNotOnlyItsSize) {
    Trace a;
    Trace b;
    a.record(TraceKind::deliver, 1, 0, 0, "one");
    b.record(TraceKind::deliver, 1, 0, 0, "two");
    EXPECT_NE(a.hash(), b.hash());
}

TEST(Trace, TimeKindAndOrderCount) {
    const auto hash_of_two = [](std::int64_t at, TraceKind first, TraceKind second) {
        Trace trace;
        trace.set_now(Instant{at});
        trace.record(first, 1);
        trace.record(second, 1);
        return trace.hash();
    };
    const std::uint64_t hash = hash_of_two(1, TraceKind::timer, TraceKind::step);
    EXPECT_EQ(hash, hash_of_two(1, TraceKind::timer, TraceKind::step));
    EXPECT_NE(hash, hash_of_two(2, TraceKind::timer, TraceKind::step));
    EXPECT_NE(hash, hash_of_two(1, TraceKind::step, TraceKind::timer));
}

TEST(Trace, RecordingAndReadingTheHashChangeNothing) {
    Trace plain;
    Trace watched;
    std::string last;
    watched.set_recorder([&last](const TraceEvent& event) { last = to_text(event); });
    for (std::uint64_t i = 0; i < 5000; ++i) {
        plain.record(TraceKind::note, i, i * 3, 0, i % 7 == 0 ? "bytes" : "");
        watched.record(TraceKind::note, i, i * 3, 0, i % 7 == 0 ? "bytes" : "");
        (void)watched.hash();
    }
    EXPECT_EQ(plain.hash(), watched.hash());
    EXPECT_EQ(last, "#4999 0.000000000 note 4999 a=14997 b=0");
}

TEST(Trace, WhatBeginsIsTheCauseOfWhatFollowsAndChangesNoHash) {
    Trace plain;
    Trace watched;
    std::vector<std::uint64_t> causes;
    watched.set_recorder([&causes](const TraceEvent& event) { causes.push_back(event.cause); });
    for (Trace* const trace : {&plain, &watched}) {
        const std::uint64_t odd = trace == &plain ? 17 : 0;
        trace->record(TraceKind::note, 1);            // 0: outside of everything
        trace->begin(odd, TraceKind::step, 0, 7);     // 1: nothing has scheduled it
        trace->record(TraceKind::draw, 2);            // 2
        const std::uint64_t cause = trace->cause();   // who is scheduled here ...
        trace->begin(0, TraceKind::step, 0, 8);       // 3
        trace->begin(cause, TraceKind::schedule, 4);  // 4: ... has event 1 for its cause
        trace->record(TraceKind::deliver, 5, 0, 0, "bytes");
        trace->end();
        trace->record(TraceKind::note, 6);
    }
    watched.show(TraceKind::planned, 0, 0, 1);
    EXPECT_EQ(causes, (std::vector<std::uint64_t>{0, 0, 2, 0, 2, 5, 0, 0}));
    EXPECT_EQ(watched.events(), 7U);
    EXPECT_EQ(plain.hash(), watched.hash());
}

TEST(Trace, LadderStaysSmallAndFindsTheFirstDifferentWindow) {
    const auto ladder = [](std::uint64_t events, std::uint64_t odd_one) {
        Trace trace;
        for (std::uint64_t i = 0; i < events; ++i)
            trace.record(TraceKind::note, i == odd_one ? 1 : 0);
        return trace.checkpoints();
    };
    constexpr std::uint64_t events = 1'500'000;
    const auto good = ladder(events, events);
    EXPECT_LE(good.size(), Trace::checkpoints_max);
    EXPECT_GE(good.size(), Trace::checkpoints_max / 2);
    const std::uint64_t agreed = agree_until(good, ladder(events, 1'000'000));
    EXPECT_LE(agreed, 1'000'000U);
    EXPECT_GE(agreed, 990'000U);
}

}  // namespace
}  // namespace playback::sim
