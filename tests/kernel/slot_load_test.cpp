#include <gtest/gtest.h>

#include "engine/kernel/slot.h"
#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

TEST(SlotLoad, InputsWaitInOrderForTheirAggregate) {
    KernelWorld world;
    const Address to = KernelWorld::tally_in(3);
    std::vector<std::shared_ptr<std::optional<Result<Total>>>> answers;
    for (std::uint64_t i = 1; i <= 10; ++i) answers.push_back(world.ask(to, Add{1}));
    world.run();
    for (std::size_t i = 0; i < answers.size(); ++i) {
        ASSERT_TRUE(answers[i]->has_value());
        EXPECT_EQ((*answers[i])->value().value, i + 1);
    }
}

TEST(SlotLoad, InputsDuringAReloadAreAppliedAfterIt) {
    KernelWorld world;
    const Address to = KernelWorld::tally_in(3);
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.run();
    world.store.fail_next = Error{Errc::unknown_outcome, "lost"};
    world.store.held = true;
    auto lost = world.ask(to, Add{100});
    world.run();
    auto pending = world.ask(to, Add{1000});  // seen by the resident state that will be dropped
    world.run();
    world.store.release();
    world.run();
    ASSERT_TRUE(lost->has_value() && pending->has_value());
    EXPECT_EQ((*lost)->error().code, Errc::unknown_outcome);
    EXPECT_EQ((*pending)->error().code, Errc::unknown_outcome);
    EXPECT_EQ(world.tell(to, Read{})->value, 1U);
}

TEST(SlotLoad, RestartReadsBackRowsTimersAndMessages) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(0);
    const Address to = KernelWorld::tally_in(1);
    ASSERT_TRUE(world.tell(to, Add{1}));
    ASSERT_TRUE(world.tell(to, AddLater{20, seconds(10), true}));
    ASSERT_TRUE(world.tell(from, Forward{300, {to}}));
    world.node().kill();
    world.node().restart();
    world.run(seconds(15));
    EXPECT_EQ(world.tell(to, Read{})->value, 321U);
}

}  // namespace
}  // namespace playback::kernel::testing
