#include "engine/services/reconcile.h"

#include <gtest/gtest.h>

namespace playback::services {
namespace {

using hosting::ContainerStage;

hosting::WantedContainer wish(std::uint64_t runtime,
                              ContainerStage stage,
                              std::uint32_t attempt = 1) {
    hosting::WantedContainer wanted;
    wanted.wish.runtime = RuntimeId{runtime};
    wanted.stage = stage;
    wanted.attempt = attempt;
    return wanted;
}

io::ContainerStatus container(std::uint64_t runtime,
                              io::ContainerState state = io::ContainerState::running,
                              std::uint32_t attempt = 1) {
    io::ContainerStatus status;
    status.name = "lobby_" + std::to_string(runtime);
    status.labels = {{std::string(labels::attempt), std::to_string(attempt)},
                     {std::string(labels::runtime), std::to_string(runtime)}};
    status.state = state;
    status.reason = "exit 3";
    return status;
}

std::vector<Step> steps(std::vector<hosting::WantedContainer> wanted,
                        std::vector<io::ContainerStatus> actual,
                        std::set<RuntimeId> busy = {}) {
    return reconcile(wanted, actual, busy);
}

TEST(Reconcile, StartsWhatIsMissing) {
    const auto todo = steps({wish(1, ContainerStage::placed)}, {});
    ASSERT_EQ(todo.size(), 1U);
    EXPECT_EQ(todo[0].kind, Step::Kind::start);
}

TEST(Reconcile, LeavesAloneWhatIsRight) {
    EXPECT_TRUE(steps({wish(1, ContainerStage::running)}, {container(1)}).empty());
    EXPECT_TRUE(steps({wish(1, ContainerStage::waiting)}, {}).empty());
    EXPECT_TRUE(steps({}, {}).empty());
}

TEST(Reconcile, RemovesWhatNobodyWants) {
    const auto todo = steps({}, {container(7)});
    ASSERT_EQ(todo.size(), 1U);
    EXPECT_EQ(todo[0].kind, Step::Kind::remove);
    EXPECT_EQ(todo[0].container, "lobby_7");
}

TEST(Reconcile, ReportsAStartWhoseReportWasLost) {
    const auto todo = steps({wish(1, ContainerStage::placed)}, {container(1)});
    ASSERT_EQ(todo.size(), 1U);
    EXPECT_EQ(todo[0].kind, Step::Kind::report_started);
}

TEST(Reconcile, ReplacesAContainerOfAnEarlierAttempt) {
    const auto todo = steps({wish(1, ContainerStage::placed, 2)}, {container(1)});
    ASSERT_EQ(todo.size(), 1U);
    EXPECT_EQ(todo[0].kind, Step::Kind::start);
}

TEST(Reconcile, ReportsWhatHasEnded) {
    const auto ran =
        steps({wish(1, ContainerStage::running)}, {container(1, io::ContainerState::exited)});
    ASSERT_EQ(ran.size(), 1U);
    EXPECT_EQ(ran[0].kind, Step::Kind::report_exited);
    EXPECT_EQ(ran[0].reason, "exit 3");
    const auto gone = steps({wish(1, ContainerStage::running)}, {});
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].kind, Step::Kind::report_exited);
    const auto never_ran =
        steps({wish(1, ContainerStage::placed)}, {container(1, io::ContainerState::exited)});
    ASSERT_EQ(never_ran.size(), 1U);
    EXPECT_EQ(never_ran[0].kind, Step::Kind::report_failed);
}

TEST(Reconcile, RemovesUntilNothingIsLeft) {
    const auto first = steps({wish(1, ContainerStage::removing)}, {container(1)});
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].kind, Step::Kind::remove);
    const auto then = steps({wish(1, ContainerStage::removing)}, {});
    ASSERT_EQ(then.size(), 1U);
    EXPECT_EQ(then[0].kind, Step::Kind::report_removed);
}

TEST(Reconcile, TakesNoSecondStepWhileOneRuns) {
    EXPECT_TRUE(steps({wish(1, ContainerStage::placed)}, {}, {RuntimeId{1}}).empty());
    EXPECT_TRUE(steps({}, {container(1)}, {RuntimeId{1}}).empty());
}

}  // namespace
}  // namespace playback::services
