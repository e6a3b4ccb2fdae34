// What a node keeps beside its database.
#include "tools/playback/data_directory.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "engine/base/check.h"
#include "tests/node/program.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

void fail_a_check(const std::string& directory) {
    tools::install_crash_files(directory);
    const std::string text = "three\\";
    CHECK(text == "a \"quoted\" one");
}

TEST(CrashFiles, SayWhereAndWhat) {
    const Directory directory;
    EXPECT_DEATH(fail_a_check(directory.path()), "CHECK failed: text == ");
    int files = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory.path() + "/crash")) {
        ++files;
        const auto crash = nlohmann::json::parse(read_file(entry.path()), nullptr, false);
        ASSERT_TRUE(crash.is_object()) << read_file(entry.path());
        EXPECT_EQ(crash["check"], R"(text == "a \"quoted\" one")");
        EXPECT_TRUE(crash["file"].get<std::string>().ends_with("data_directory_test.cpp"));
        EXPECT_EQ(crash["version"], PLAYBACK_VERSION);
        EXPECT_GT(crash["line"], 0);
    }
    EXPECT_EQ(files, 1);
}

TEST(OpenFiles, LeaveSomeForOthersThanConnections) {
    EXPECT_EQ(tools::connections_for(0), 0U);
    EXPECT_EQ(tools::connections_for(100), 50U);
    EXPECT_EQ(tools::connections_for(20'000), 19'744U);
    EXPECT_EQ(tools::connections_for(1'048'576), limits::connections_max);
    EXPECT_LE(tools::connections_of_this_process(), limits::connections_max);
}

TEST(SecretFiles, AreReplacedWholeAndForTheirOwner) {
    const Directory directory;
    const std::string path = directory.path() + "/secret";
    for (const std::string text : {"one", "another one", ""}) {
        const Result<void> kept = tools::replace_secret_file(path, text);
        ASSERT_TRUE(kept) << kept.error().detail;
        EXPECT_EQ(read_file(path), text);
        struct stat found{};
        ASSERT_EQ(::stat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777, 0600U);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1)
        << "a draft was left behind";
    EXPECT_FALSE(tools::replace_secret_file(directory.path() + "/none/secret", "x"));
}

TEST(Passwords, AreAddedToThoseThatAreThere) {
    const Directory directory;
    const std::string path = directory.path() + "/passwords.json";
    EXPECT_TRUE(tools::read_passwords(path)->empty());
    ASSERT_TRUE(tools::keep_passwords(path, {{"admin", "a"}, {"support", "s"}}));
    ASSERT_TRUE(tools::keep_passwords(path, {{"support", "new"}}));
    const Result<tools::Passwords> kept = tools::read_passwords(path);
    ASSERT_TRUE(kept);
    EXPECT_EQ(*kept, (tools::Passwords{{"admin", "a"}, {"support", "new"}}));

    std::ofstream(path) << "no json";
    EXPECT_EQ(tools::read_passwords(path).error().code, Errc::corrupt);
    EXPECT_EQ(tools::keep_passwords(path, {{"admin", "b"}}).error().code, Errc::corrupt);
    EXPECT_EQ(read_file(path), "no json");
}

}  // namespace
}  // namespace playback::testing
