// The clock contract on both arms.
#include <string>

#include <gtest/gtest.h>

#include "tests/contract/clock_contract.h"
#include "tests/contract/real_world_support.h"

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

}  // namespace
}  // namespace playback::contract
