#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/fault_catalogue.h"
#include "sim/report/words.h"

namespace playback::sim {
namespace {

TEST(ReportWords, DurationsAreShort) {
    EXPECT_EQ(text_of(Duration{999}), "999 ns");
    EXPECT_EQ(text_of(microseconds(20)), "20 us");
    EXPECT_EQ(text_of(Duration{1'500'000}), "1.5 ms");
    EXPECT_EQ(text_of(milliseconds(12'345)), "12.345 s");
    EXPECT_EQ(text_of(Duration{-2'000'000'000}), "-2 s");
    EXPECT_EQ(text_of(Instant{4'000'500'000}), "4.000500 s");
}

TEST(ReportWords, StepsAreSentencesInOrder) {
    Plan plan;
    plan.ops.push_back({1, Instant{} + seconds(2), "player-3", "say", {}});
    plan.ops.push_back({2, Instant{} + seconds(1), "player-3", "dance", {{"times", 3}}});
    PlanFault slow{9, Instant{} + seconds(1), milliseconds(1500), "link_latency", "a|b", {}};
    slow.args["extra_ns"] = std::int64_t{12'000'000};
    plan.faults.push_back(slow);
    ScenarioWords words;
    words.op = [](const PlanOp& op) {
        return op.kind == "say" ? op.actor + " speaks" : std::string();
    };
    const std::vector<PlanStep> steps = steps_of(plan, words);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].text,
              "between a and b, for 1.5 s: everything takes longer (12 ms added to every segment)");
    EXPECT_EQ(steps[0].targets, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(steps[0].until, Instant{} + milliseconds(2500));
    EXPECT_EQ(steps[1].text, "player-3: dance (times 3)");
    EXPECT_EQ(steps[2].text, "player-3 speaks");
}

// Whoever adds a kind of fault gets a sentence for it.
TEST(ReportWords, EveryKindOfFaultHasASentence) {
    for (const FaultKind& kind : fault_catalogue()) {
        Plan plan;
        PlanFault fault{1, Instant{}, seconds(1), std::string(kind.name), "backend", {}};
        for (const FaultParameter& parameter : kind.parameters)
            fault.args[std::string(parameter.name)] = parameter.high;
        plan.faults.push_back(fault);
        const std::string text = steps_of(plan, {}).front().text;
        EXPECT_NE(text.find(kind.what), std::string::npos) << kind.name;
        EXPECT_NE(text.find("backend"), std::string::npos) << kind.name;
    }
}

TEST(ReportWords, TheVerdictIsASentence) {
    const std::vector<Finding> findings{
        {"lost", "client", "client 5 waits", Instant{12'000'000'000}}};
    EXPECT_EQ(sentence_of({}, findings, seconds(13)),
              "The run fails at 12.000000 s: client 5 waits.");
    EXPECT_EQ(sentence_of({}, {}, seconds(13)),
              "The run passes: every invariant held over 13 s with 0 operations and 0 faults.");
}

}  // namespace
}  // namespace playback::sim
