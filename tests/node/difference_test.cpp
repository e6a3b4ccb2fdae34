// What follows two runs to their first difference: its parts, and the whole on the driver itself.
#include "tools/driver/difference.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "scenarios/run.h"
#include "tests/node/program.h"
#include "tools/driver/child.h"
#include "tools/driver/plan_list.h"
#include "tools/driver/symbols.h"

namespace playback::tools {
namespace {

using testing::Directory;

TraceRecord caused_by(std::uint64_t index, std::uint64_t cause) {
    return {.index = index, .cause = cause};
}

TEST(Difference, FollowsCausesAsFarAsTheyAreKept) {
    std::vector<TraceRecord> history;
    for (const std::uint64_t cause : {0U, 3U, 101U, 0U, 101U, 103U})
        history.push_back(caused_by(100 + history.size(), cause));
    const auto indexes = [&](std::uint64_t cause) {
        std::vector<std::uint64_t> result;
        for (const TraceRecord& found : causes_of(caused_by(106, cause), history))
            result.push_back(found.index);
        return result;
    };
    EXPECT_EQ(indexes(0), std::vector<std::uint64_t>{});
    EXPECT_EQ(indexes(106), (std::vector<std::uint64_t>{105, 102, 100}));
    EXPECT_EQ(indexes(102), std::vector<std::uint64_t>{101});  // event 2 is not kept
    EXPECT_EQ(indexes(40), std::vector<std::uint64_t>{});
}

TEST(Difference, FindsTheModuleOfAnAddress) {
    const std::string maps =
        "5600-5700 r--p 00000000 00:01 7 /usr/bin/driver\n"
        "5700-5900 r-xp 00000100 00:01 7 /usr/bin/driver\n"
        "6000-6100 rw-p 00000000 00:00 0 [heap]\n"
        "7000-7100 r-xp 00000000 00:01 8 /lib/libsqlite3.so.0\n";
    EXPECT_EQ(module_place(maps, 0x5712).file, "/usr/bin/driver");
    EXPECT_EQ(module_place(maps, 0x5712).offset, 0x112U);
    EXPECT_EQ(module_place(maps, 0x7001).offset, 1U);
    EXPECT_EQ(module_place(maps, 0x6001).file, "");
    EXPECT_EQ(module_place(maps, 0x9000).file, "");
}

TEST(Difference, QuotesWhateverAWordHolds) {
    EXPECT_EQ(output_of("printf %s " + in_quotes("it's $HOME \"and\" more")),
              "it's $HOME \"and\" more");
}

TEST(Difference, NamesPlansInTurnAndReadsThemBack) {
    const std::vector<std::string> names = names_of_small_plans(7);
    ASSERT_EQ(names.size(), 7U);
    EXPECT_EQ(names.front(), "lobby:small:1");
    for (const std::string& name : names) EXPECT_TRUE(plan_named(name)) << name;
    for (const std::string name : {"",
                                   "lobby",
                                   "lobby:small",
                                   "lobby:small:x",
                                   "loby:small:1",
                                   "lobby:huge:1",
                                   "/nowhere.json"})
        EXPECT_FALSE(plan_named(name)) << name;
}

// A driver and the lists of its two sides: the plan of seed 3, and the same without one operation.
struct TwoPlans {
    TwoPlans() {
        sim::Plan plan = *scenarios::find_scenario("lobby")->draw(3, "small");
        options.directory = directory.path();
        options.a = {driver, list_of("a", plan)};
        plan.ops.pop_back();
        options.b = {driver, list_of("b", plan)};
    }

    std::string list_of(const std::string& name, const sim::Plan& plan) const {
        const std::string path = directory.path() + "/" + name;
        std::ofstream(path + ".json") << sim::to_json(plan);
        std::ofstream(path + ".list") << "lobby:small:1\n" << path << ".json\n";
        return path + ".list";
    }

    Directory directory;
    std::string driver = PLAYBACK_BUILD_DIR "/sim-driver";
    DifferenceOptions options;
};

TEST(Difference, ARunIsTheSameAsItself) {
    TwoPlans two;
    two.options.b = two.options.a;
    two.options.attempts = 1;
    const Result<std::optional<Difference>> found = find_difference(two.options);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_FALSE(*found);
}

TEST(Difference, IsFoundWhereItBegins) {
    const TwoPlans two;
    const Result<std::optional<Difference>> found = find_difference(two.options);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_TRUE(*found);
    // The operations of a plan are put on the time line before anything runs: one less of them is
    // seen there, and the stack is of whoever does it.
    const Difference& difference = **found;
    EXPECT_EQ(difference.a.kind, static_cast<std::uint8_t>(sim::TraceKind::planned));
    const auto has = [](const std::vector<std::string>& stack, std::string_view word) {
        return std::ranges::any_of(stack,
                                   [&](const std::string& line) { return line.contains(word); });
    };
    EXPECT_TRUE(has(difference.stack_of_a, "OpDriver::schedule"));
    EXPECT_TRUE(has(difference.stack_of_a, "at scenarios/lobby/lobby_world.cpp:"));
    EXPECT_TRUE(has(difference.stack_of_b, "LobbyWorld::run"));
    EXPECT_TRUE(difference.stack_of_a.back().contains("run_lobby"));
    for (const std::string& line : difference.stack_of_a)
        EXPECT_FALSE(line.contains("Recording::take")) << line;
}

TEST(Difference, ADriverThatCannotPlayIsSaid) {
    TwoPlans two;
    two.options.b.command = "/bin/false";
    const Result<std::optional<Difference>> found = find_difference(two.options);
    ASSERT_FALSE(found);
    EXPECT_TRUE(found.error().detail.contains("/bin/false"));
}

}  // namespace
}  // namespace playback::tools
