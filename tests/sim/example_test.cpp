// The example of docs/simulation.md finds the bug of its server, and shrinks it to what it takes.
#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "sim/plan.h"
#include "sim/shrink/shrink.h"

namespace playback::sim {
namespace {

TEST(Example, FindsAndShrinksTheBug) {
    const std::string command = PLAYBACK_BUILD_DIR "/sim/example/kv-example";
    std::FILE* const pipe = popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string printed;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
        printed.append(buffer.data(), size);
    const int status = pclose(pipe);
    EXPECT_EQ(WEXITSTATUS(status), 1);
    const Result<Plan> plan = parse_plan(printed);
    ASSERT_TRUE(plan) << plan.error().detail << " in " << printed;
    // One request and what breaks the connection between it and its answer.
    EXPECT_LE(event_count(*plan), 3U) << printed;
    EXPECT_EQ(plan->ops.size(), 1U);
    EXPECT_GE(plan->faults.size(), 1U);
}

TEST(Example, IsUnderAHundredLines) {
    std::ifstream in(PLAYBACK_SOURCE_DIR "/sim/example/kv.cpp");
    int lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    EXPECT_GT(lines, 50);
    EXPECT_LT(lines, 100);
}

}  // namespace
}  // namespace playback::sim
