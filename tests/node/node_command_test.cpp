// `playback node` from outside: how it starts, what it refuses, how it ends, what it keeps.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/node/program.h"
#include "tests/support/live_http.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

constexpr const char* create_user = "/service/v1/entrypoint/player/request/create-user";
constexpr const char* create_token = "/service/v1/entrypoint/player/request/create-token";

// A node on a free port, with cheap passwords and local processes.
Arguments node_on(const std::string& data, const Arguments& more = {}) {
    Arguments arguments{"node",
                        "--data",
                        data,
                        "--listen",
                        "127.0.0.1:0",
                        "--docker",
                        "process:",
                        "--bcrypt-cost",
                        "4",
                        "--log-level",
                        "warn",
                        "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

struct RunningNode {
    explicit RunningNode(const std::string& data, const Arguments& more = {})
        : program(node_on(data, more)) {
        if (!program.says("listening")) return;
        ready = program.json();
        address = ready["listening"][0].get<std::string>();
    }
    Program program;
    nlohmann::json ready;
    std::string address;
};

::mode_t mode_of(const std::string& path) {
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
}

TEST(NodeCommand, ServesAndStopsOnEitherSignal) {
    const Directory directory;
    for (const int number : {SIGINT, SIGTERM}) {
        RunningNode node(directory.path() + "/data");
        ASSERT_FALSE(node.address.empty()) << node.program.err();
        EXPECT_EQ(get(node.address, "/health").status, 200);
        node.program.signal(number);
        EXPECT_EQ(node.program.wait(), 0) << node.program.err();
    }
}

TEST(NodeCommand, KeepsItsSecretsForItsOwner) {
    const Directory directory;
    const std::string data = directory.path() + "/deep/data";
    const RunningNode node(data);
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    EXPECT_EQ(node.ready["passwords"], data + "/passwords.json");
    for (const char* name : {"/passwords.json", "/token_key.pem", "/playback.db"})
        EXPECT_EQ(mode_of(data + name), 0600U) << name;
    const auto passwords = nlohmann::json::parse(read_file(data + "/passwords.json"));
    for (const char* user : {"admin", "support", "service", "connector"})
        EXPECT_GE(passwords[user].get<std::string>().size(), 24U) << user;
}

TEST(NodeCommand, LetsOnlyOneNodeHaveADirectory) {
    const Directory directory;
    RunningNode first(directory.path());
    ASSERT_FALSE(first.address.empty()) << first.program.err();
    const Ended second = run_program(node_on(directory.path()));
    EXPECT_EQ(second.code, 2);
    EXPECT_TRUE(second.json()["error"].get<std::string>().contains("in use by another node"))
        << second.out;
    EXPECT_EQ(get(first.address, "/health").status, 200);
}

TEST(NodeCommand, SaysWhoseThePortIs) {
    const Directory directory;
    const RunningNode first(directory.path() + "/1");
    ASSERT_FALSE(first.address.empty()) << first.program.err();
    const Ended second = run_program(
        {"node", "--json", "--data", directory.path() + "/2", "--listen", first.address});
    EXPECT_EQ(second.code, 2);
    const std::string error = second.json()["error"];
    EXPECT_TRUE(error.contains(first.address) && error.contains("--listen")) << error;
}

// What is in the directory must be as it was.
void expect_refused(const std::string& data, std::string_view words) {
    const std::string before = read_file(data + "/playback.db");
    const Ended refused = run_program(node_on(data));
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(refused.json()["error"].get<std::string>().contains(words)) << refused.out;
    EXPECT_EQ(read_file(data + "/playback.db"), before);
}

TEST(NodeCommand, LeavesDataOfAnotherFormatAlone) {
    const Directory directory;
    {
        RunningNode node(directory.path());
        ASSERT_FALSE(node.address.empty()) << node.program.err();
        node.program.signal(SIGTERM);
        ASSERT_EQ(node.program.wait(), 0);
    }
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((directory.path() + "/playback.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database,
                           "PRAGMA journal_mode=DELETE; PRAGMA user_version=99",
                           nullptr,
                           nullptr,
                           nullptr),
              SQLITE_OK);
    sqlite3_close(database);
    expect_refused(directory.path(), "data format 99");
}

TEST(NodeCommand, LeavesAForeignFileAlone) {
    const Directory directory;
    std::ofstream(directory.path() + "/playback.db") << std::string(8192, 'x');
    expect_refused(directory.path(), "data directory " + directory.path());
}

TEST(NodeCommand, SaysThatADirectoryCannotBeWritten) {
    Directory directory;
    if (::geteuid() == 0) {
        ASSERT_EQ(directory.mount("size=1m"), "");
        ASSERT_EQ(
            ::mount(nullptr, directory.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr),
            0);
    } else {
        fs::permissions(directory.path(), fs::perms::owner_read | fs::perms::owner_exec);
    }
    const Ended refused = run_program(node_on(directory.path()));
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(
        refused.json()["error"].get<std::string>().contains("must be able to read and write"))
        << refused.out;
    const Ended inside_a_file = run_program(node_on("/etc/hostname/data"));
    EXPECT_EQ(inside_a_file.code, 2);
    EXPECT_TRUE(inside_a_file.json()["error"].get<std::string>().contains("/etc/hostname"))
        << inside_a_file.out;
}

TEST(NodeCommand, NamesWhatCannotBe) {
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{"--listen", "nowhere"}, "--listen"},
        {{"--slots", "0"}, "--slots"},
        {{"--slots", "5000"}, "--slots"},
        {{"--durability", "some"}, "--durability"},
        {{"--docker", "ssh://host"}, "--docker"},
        {{"--process-image", "name"}, "--process-image"},
        {{"--bcrypt-cost", "3"}, "--bcrypt-cost"},
        {{"--rate-limit-exempt", "everybody"}, "--rate-limit-exempt"},
        {{"--public-url", "ftp://x"}, "--public-url"},
        {{"--log-level", "loud"}, "--log-level"},
        {{"--support-password-file", "/nonexistent"}, "--support-password-file"},
        {{"--config", "/nonexistent"}, "--config"},
    };
    for (const auto& [arguments, word] : cases) {
        Arguments all{"node", "--json"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const Ended refused = run_program(all);
        EXPECT_EQ(refused.code, 2) << word;
        const std::string error = refused.json().value("error", "");
        EXPECT_TRUE(error.contains(word)) << word << ": " << error;
    }
    EXPECT_EQ(run_program({"node", "--no-such-option"}).code, 2);
    EXPECT_EQ(run_program({"node", "--help"}).code, 0);
}

TEST(NodeCommand, ReadsAFileAndLetsTheCommandLineWin) {
    const Directory directory;
    const std::string file = directory.path() + "/node.toml";
    std::ofstream(file) << "# a comment\n"
                        << "data = \"" << directory.path() << "/from-file\"\n"
                        << "listen = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\n"
                        << "bcrypt-cost = 4\nlog-json = true\ndurability = \"process\"\n"
                        << "docker = \"process:\"\n";
    Program node({"node", "--config", file, "--data", directory.path() + "/mine", "--json"});
    ASSERT_TRUE(node.says("listening")) << node.err();
    EXPECT_EQ(node.json()["listening"].size(), 2U);
    EXPECT_EQ(node.json()["data"], directory.path() + "/mine");
    EXPECT_TRUE(node.tells(R"("event":"node serves")")) << node.err();
    EXPECT_FALSE(fs::exists(directory.path() + "/from-file"));

    std::ofstream(file) << "lisent = \"127.0.0.1:0\"\n";
    const Ended refused = run_program({"node", "--config", file, "--json"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(refused.json()["error"].get<std::string>().contains("lisent")) << refused.out;
}

TEST(NodeCommand, KeepsWhatItAcknowledgedWhenItIsKilled) {
    for (const char* durability : {"full", "process"}) {
        const Directory directory;
        std::vector<nlohmann::json> users;
        {
            RunningNode node(directory.path(), {"--durability", durability});
            ASSERT_FALSE(node.address.empty()) << node.program.err();
            for (int i = 0; i < 20; ++i) {
                const Answered made = post(node.address, create_user, nlohmann::json::object());
                ASSERT_EQ(made.status, 200) << made.body;
                users.push_back(
                    {{"user_id", made.json()["user_id"]}, {"password", made.json()["password"]}});
            }
            node.program.signal(SIGKILL);
            EXPECT_EQ(node.program.wait(), 128 + SIGKILL);
        }
        RunningNode again(directory.path(), {"--durability", durability});
        ASSERT_FALSE(again.address.empty()) << again.program.err();
        EXPECT_FALSE(again.ready.contains("passwords"));
        for (const nlohmann::json& user : users)
            EXPECT_EQ(post(again.address, create_token, user).status, 200) << durability;
    }
}

TEST(NodeCommand, WithDurabilityMemoryForgets) {
    const Directory directory;
    nlohmann::json user;
    {
        RunningNode node(directory.path(), {"--durability", "memory"});
        ASSERT_FALSE(node.address.empty()) << node.program.err();
        const Answered made = post(node.address, create_user, nlohmann::json::object());
        user = {{"user_id", made.json()["user_id"]}, {"password", made.json()["password"]}};
        EXPECT_EQ(post(node.address, create_token, user).status, 200);
    }
    RunningNode again(directory.path(), {"--durability", "memory"});
    ASSERT_FALSE(again.address.empty()) << again.program.err();
    EXPECT_NE(post(again.address, create_token, user).status, 200);
    EXPECT_FALSE(fs::exists(directory.path() + "/playback.db"));
}

TEST(NodeCommand, SaysThatTheDiskIsFullWhenItStarts) {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    for (const char* size : {"size=4k", "size=96k", "size=900k"}) {
        Directory directory;
        ASSERT_EQ(directory.mount(size), "");
        const Ended refused = run_program(node_on(directory.path() + "/data"));
        EXPECT_EQ(refused.code, 2) << size << refused.err;
        EXPECT_TRUE(refused.json().value("error", "").contains("Make room")) << size << refused.out;
    }
}

TEST(NodeCommand, OutlivesAFullDisk) {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    Directory directory;
    ASSERT_EQ(directory.mount("size=4m"), "");
    RunningNode node(directory.path() + "/data", {"--sign-ups-per-minute", "0"});
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    const nlohmann::json empty = nlohmann::json::object();
    const Answered before = post(node.address, create_user, empty);
    ASSERT_EQ(before.status, 200);

    const std::string filler = directory.path() + "/filler";
    std::ofstream(filler) << std::string(4 << 20, 'x');  // as much as fits
    int refusals = 0;
    for (int i = 0; i < 60 && refusals < 3; ++i)
        refusals += post(node.address, create_user, empty).status >= 500 ? 1 : 0;
    EXPECT_EQ(refusals, 3);

    fs::remove(filler);
    Answered after;
    for (int i = 0; i < 50 && after.status != 200; ++i) {
        after = post(node.address, create_user, empty);
        if (after.status != 200) ::usleep(100'000);
    }
    EXPECT_EQ(after.status, 200) << after.body;
    const nlohmann::json known{{"user_id", before.json()["user_id"]},
                               {"password", before.json()["password"]}};
    EXPECT_EQ(post(node.address, create_token, known).status, 200);
    node.program.signal(SIGTERM);
    EXPECT_EQ(node.program.wait(), 0);
}

// As a kill at that instant would: no destructor runs, no answer leaves, and what was acknowledged
// is there.
TEST(NodeCommand, AFailedAllocationEndsItAndLosesNothing) {
    const Directory directory;
    std::vector<nlohmann::json> users;
    {
        RunningNode node(directory.path());
        ASSERT_FALSE(node.address.empty()) << node.program.err();
        for (int i = 0; i < 5; ++i) {
            const Answered made = post(node.address, create_user, nlohmann::json::object());
            ASSERT_EQ(made.status, 200) << made.body;
            users.push_back(
                {{"user_id", made.json()["user_id"]}, {"password", made.json()["password"]}});
        }
        ASSERT_TRUE(node.program.starve());
        // Requests that never end keep what they have.
        const std::string head = "POST " + std::string(create_token) +
                                 " HTTP/1.1\r\nHost: node\r\nContent-Length: 1000000\r\n\r\n";
        std::vector<std::unique_ptr<LiveStream>> streams;
        while (streams.size() < 100 && (streams.empty() || streams.back()->is_open())) {
            streams.push_back(std::make_unique<LiveStream>(node.address));
            streams.back()->send(head + std::string(900'000, '1'));
        }
        const std::optional<int> code = node.program.wait();
        ASSERT_TRUE(code) << "it goes on without memory";
        const std::string& words = node.program.err();
        // A sanitizer's allocator ends the process by itself.
        const bool is_sanitized = words.contains("Sanitizer") || words.contains("Failed to mmap");
        EXPECT_EQ(*code, is_sanitized ? 1 : 128 + SIGABRT) << words;
        EXPECT_TRUE(is_sanitized || words.contains("out of memory")) << words;
    }
    RunningNode again(directory.path());
    ASSERT_FALSE(again.address.empty()) << again.program.err();
    for (const nlohmann::json& user : users)
        EXPECT_EQ(post(again.address, create_token, user).status, 200);
}

}  // namespace
}  // namespace playback::testing
