// `playback report` from outside: what it writes, and that bad use leaves nothing behind.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "scenarios/run.h"
#include "sim/plan.h"
#include "tests/node/program.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

std::string drawn_plan(const Directory& directory) {
    const std::string path = directory.path() + "/drawn.plan.json";
    std::ofstream(path) << sim::to_json(*scenarios::find_scenario("lobby")->draw(7, "small"));
    return path;
}

std::size_t files_in(const Directory& directory) {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(directory.path())) count += entry.exists();
    return count;
}

// Answers nothing.
std::string worker_that_sleeps(const Directory& directory) {
    const std::string path = directory.path() + "/worker";
    std::ofstream(path) << "#!/bin/sh\nsleep 600\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

TEST(ReportCommand, WritesAPageBesideThePlan) {
    const Directory directory;
    const Ended ended = run_program({"report", drawn_plan(directory), "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const std::string page = directory.path() + "/drawn.html";
    EXPECT_EQ(ended.json()["report"], page);
    EXPECT_EQ(ended.json()["bytes"], fs::file_size(page));
    EXPECT_LT(fs::file_size(page), 5'000'000U);
    EXPECT_TRUE(read_file(page).starts_with("<!doctype html>"));
    EXPECT_NE(read_file(page).find(ended.json()["trace_hash"].get<std::string>()),
              std::string::npos);
    EXPECT_EQ(files_in(directory), 2U);
}

TEST(ReportCommand, RefusesWhatItCannotDo) {
    const Directory directory;
    const std::string plan = drawn_plan(directory);
    const Ended missing = run_program({"report", directory.path() + "/no.json"});
    EXPECT_EQ(missing.code, 2);
    EXPECT_NE(missing.err.find("no.json"), std::string::npos);
    std::ofstream(directory.path() + "/bad.json") << R"({"version": 99})";
    const Ended bad = run_program({"report", directory.path() + "/bad.json"});
    EXPECT_EQ(bad.code, 2);
    EXPECT_NE(bad.err.find("version"), std::string::npos) << bad.err;
    const Ended nowhere = run_program({"report", plan, "-o", directory.path() + "/no/page.html"});
    EXPECT_EQ(nowhere.code, 2);
    EXPECT_NE(nowhere.err.find("/no/page.html"), std::string::npos) << nowhere.err;
    EXPECT_EQ(files_in(directory), 2U);
}

TEST(ReportCommand, CtrlCLeavesWhatWasThere) {
    const Directory directory;
    const std::string plan = drawn_plan(directory);
    const std::string page = directory.path() + "/drawn.html";
    std::ofstream(page) << "older";
    const std::string worker = worker_that_sleeps(directory);
    const std::size_t files = files_in(directory);
    Program program({"report", plan, "--worker", worker});
    while (!fs::exists(page + ".new")) ASSERT_FALSE(program.wait(std::chrono::milliseconds(20)));
    program.signal(SIGINT);
    EXPECT_EQ(program.wait(), 130);
    EXPECT_EQ(read_file(page), "older");
    EXPECT_EQ(files_in(directory), files);
}

}  // namespace
}  // namespace playback::testing
