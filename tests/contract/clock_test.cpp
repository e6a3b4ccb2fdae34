// The clock contract on both arms.
#include <string>

#include <gtest/gtest.h>

#include "tests/contract/clock_contract.h"
#include "tests/contract/real_world_support.h"
#include "tests/contract/simulated_support.h"

namespace playback::contract {
namespace {

class RealClock : public testing::TestWithParam<ClockCheck> {};

TEST_P(RealClock, KeepsTheContract) {
    RealFixture real;
    ClockWorld world{real.world.executor(), real.world.clock()};
    real.world.run(GetParam().run(world));
}

std::string name_of_check(const testing::TestParamInfo<ClockCheck>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Asio,
                         RealClock,
                         testing::ValuesIn(clock_checks().begin(), clock_checks().end()),
                         name_of_check);

class SimulatedClock : public testing::TestWithParam<ClockCheck> {};

io::Task<void> check_simulated(sim::SimNode& node, const ClockCheck& check) {
    const io::Io io = node.io();
    ClockWorld world{io.executor, io.clock};
    co_await check.run(world);
}

TEST_P(SimulatedClock, KeepsTheContract) {
    run_simulated([](sim::SimNode& node) { return check_simulated(node, GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Sim,
                         SimulatedClock,
                         testing::ValuesIn(clock_checks().begin(), clock_checks().end()),
                         name_of_check);

}  // namespace
}  // namespace playback::contract
