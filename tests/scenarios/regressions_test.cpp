// Every plan that once showed a real bug must pass.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "scenarios/run.h"
#include "sim/plan.h"

namespace playback::scenarios {
namespace {

TEST(Regressions, EveryKeptPlanPasses) {
    const std::filesystem::path folder =
        std::filesystem::path(PLAYBACK_SOURCE_DIR) / "scenarios/regressions";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        const Result<sim::Plan> plan = sim::parse_plan(text.str());
        ASSERT_TRUE(plan) << entry.path() << ": " << plan.error().detail;
        const Scenario* const scenario = find_scenario(plan->scenario);
        ASSERT_NE(scenario, nullptr) << entry.path();
        const RunReport report = scenario->run(*plan, {});
        EXPECT_TRUE(report.passed) << entry.path() << ": " << report.message;
    }
}

}  // namespace
}  // namespace playback::scenarios
