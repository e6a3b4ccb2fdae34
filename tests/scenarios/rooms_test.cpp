// RoomOracle: each invariant can fail, and what is legal does not.
#include "scenarios/oracles/rooms.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace playback::scenarios {
namespace {

class RoomOracleTest : public testing::Test {
protected:
    static RoomFrame frame(std::uint64_t number, std::uint64_t life = 1) {
        RoomFrame result;
        result.client = 5;
        result.session = 2;
        result.number = number;
        result.runtime = 9;
        result.life = life;
        return result;
    }
    std::map<std::string, int> found;
    Court court{{.now = [] { return Instant{}; },
                 .report = [this](std::string invariant,
                                  const std::string&,
                                  const std::string&) { ++found[invariant]; },
                 .checked = [](std::string_view) {},
                 .disturbed = {}}};
    RoomOracle rooms{court};
};

TEST_F(RoomOracleTest, HearsOfSequencesThatBeginAnywhere) {
    rooms.received(5, frame(3));
    rooms.received(5, frame(4));
    rooms.received(5, frame(9, 2));  // on another socket of the runtime
    rooms.heard(5, 2, 9, frame(3));
    rooms.heard(5, 2, 9, frame(4));
    rooms.heard(5, 3, 9, frame(1));  // on another socket of the player
    EXPECT_TRUE(found.empty());
    EXPECT_EQ(rooms.frames(), 6U);
}

TEST_F(RoomOracleTest, FindsGapsRepetitionsAndLies) {
    rooms.received(5, frame(3));
    rooms.received(5, frame(5));
    EXPECT_EQ(found["room-order"], 1);
    rooms.received(5, frame(5));
    EXPECT_EQ(found["room-order"], 2);
    rooms.received(6, frame(6));
    EXPECT_EQ(found["room-sender"], 1);
    rooms.heard(5, 2, 9, frame(1));
    rooms.heard(5, 2, 9, frame(3));
    EXPECT_EQ(found["room-order"], 3);
}

TEST_F(RoomOracleTest, FindsWhatIsForOthers) {
    rooms.heard(6, 1, 9, frame(1));
    EXPECT_EQ(found["room-closed"], 1);
    rooms.heard(5, 2, 8, frame(1));
    EXPECT_EQ(found["room-closed"], 2);
    RoomFrame all = frame(2);
    all.is_for_all = true;
    rooms.heard(6, 1, 9, all);
    EXPECT_EQ(found["room-closed"], 2);
}

}  // namespace
}  // namespace playback::scenarios
