// `playback doctor` on this machine: with real ports, directories, sockets and files.
#include "tools/playback/doctor.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "adapters/sqlite/directory_lock.h"
#include "tests/node/program.h"
#include "tests/support/listening.h"
#include "tools/playback/probes.h"

namespace playback::testing {
namespace {

using tools::Finding;
using tools::Health;
using tools::NodeSettings;

NodeSettings settings_in(const std::string& data) {
    NodeSettings settings;
    settings.data = data;
    settings.token_key = data + "/token_key.pem";
    return settings;
}

TEST(Doctor, KnowsADaemonByItsVersion) {
    NodeSettings settings = settings_in("/tmp");
    const auto ask = [&](const std::string& body) {
        const Listening daemon("HTTP/1.0 200 OK\r\n\r\n" + body);
        settings.docker = "tcp://" + daemon.address();
        return examine_docker(settings);
    };
    const Finding found = ask(R"({"Version":"20.10.24","ApiVersion":"1.41"})");
    EXPECT_EQ(found.health, Health::fine);
    EXPECT_TRUE(found.found.starts_with("Docker 20.10.24 (API 1.41) at tcp://")) << found.found;
    EXPECT_EQ(ask(R"({"Version":"19.03","ApiVersion":"1.40"})").health, Health::missing);
    EXPECT_EQ(ask("[]").health, Health::missing);

    settings.docker = "unix:///nonexistent/docker.sock";
    const Finding none = examine_docker(settings);
    EXPECT_EQ(none.health, Health::missing);
    EXPECT_TRUE(none.found.contains("no daemon answers")) << none.found;
    EXPECT_TRUE(none.mend.contains("docker.io")) << none.mend;
}

TEST(Doctor, LooksAtTheProgramsOfLocalProcesses) {
    NodeSettings settings = settings_in("/tmp");
    settings.docker = "process:";
    settings.process_images["game"] = "/bin/sh";
    EXPECT_EQ(examine_docker(settings).health, Health::fine);
    settings.process_images["game"] = "/nonexistent/game";
    EXPECT_EQ(examine_docker(settings).health, Health::missing);
}

TEST(Doctor, TriesTheAddresses) {
    const Listening taken;
    const Finding finding = tools::examine_listen({"127.0.0.1", taken.port(), ""});
    EXPECT_EQ(finding.health, Health::missing);
    EXPECT_EQ(finding.found, taken.address() + " is in use");
    EXPECT_EQ(tools::examine_listen({"127.0.0.1", 0, ""}).health, Health::fine);
    EXPECT_EQ(tools::examine_listen({"192.0.2.1", 1, ""}).health, Health::missing);

    const Directory directory;
    const io::Endpoint socket{"", 0, directory.path() + "/node.sock"};
    EXPECT_EQ(tools::examine_listen(socket).health, Health::fine);
    EXPECT_NE(::access(socket.path.c_str(), F_OK), 0) << "it left its socket behind";
    EXPECT_EQ(tools::examine_listen({"", 0, "/nonexistent/node.sock"}).health, Health::missing);
}

TEST(Doctor, LooksAtTheDataDirectory) {
    const Directory directory;
    const std::string data = directory.path() + "/not/yet";
    EXPECT_EQ(examine_data(settings_in(data)).found, data + " can be made");
    EXPECT_NE(::access((directory.path() + "/not").c_str(), F_OK), 0) << "it made the directory";
    EXPECT_EQ(examine_data(settings_in(directory.path())).health, Health::fine);
    EXPECT_EQ(examine_data(settings_in("/etc/hostname/data")).health, Health::missing);
    const auto lock = adapters::lock_directory(directory.path(), "playback.lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(examine_data(settings_in(directory.path())).found,
              directory.path() + " is in use by a node");
}

TEST(Doctor, MeasuresTheDisk) {
    Directory directory;
    const Finding plain = examine_disk(settings_in(directory.path()));
    EXPECT_NE(plain.health, Health::missing) << plain.found;
    EXPECT_TRUE(plain.found.contains("a sync takes")) << plain.found;
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "it left a file behind";

    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    ASSERT_EQ(directory.mount("size=1m"), "");
    const Finding small = examine_disk(settings_in(directory.path() + "/data"));
    EXPECT_EQ(small.health, Health::missing);
    EXPECT_TRUE(small.mend.contains("make room")) << small.mend;
}

TEST(Doctor, ReadsTheTokenKey) {
    const Directory directory;
    const NodeSettings settings = settings_in(directory.path());
    EXPECT_EQ(examine_key(settings).health, Health::fine);
    EXPECT_NE(::access(settings.token_key.c_str(), F_OK), 0) << "it made the key";
    std::ofstream(settings.token_key) << "no key";
    const Finding bad = examine_key(settings);
    EXPECT_EQ(bad.health, Health::missing);
    EXPECT_EQ(bad.found.find("no key"), std::string::npos) << bad.found;
}

TEST(Doctor, AsksTheRegistry) {
    const auto ask = [](const std::string& answer) {
        const Listening registry(answer);
        return tools::examine_registry(registry.address()).health;
    };
    EXPECT_EQ(ask("HTTP/1.1 401 Unauthorized\r\n\r\n"), Health::fine);
    EXPECT_EQ(ask("HTTP/1.1 404 Not Found\r\n\r\n"), Health::missing);
    EXPECT_EQ(ask("220 mail ready\r\n"), Health::missing);
    EXPECT_EQ(tools::examine_registry("127.0.0.1:1").health, Health::missing);
}

TEST(Doctor, JudgesLimitsAndClock) {
    EXPECT_EQ(tools::examine_files(100).health, Health::missing);
    EXPECT_EQ(tools::examine_files(4096).health, Health::doubtful);
    EXPECT_EQ(tools::examine_files(1'048'576).health, Health::fine);
    constexpr std::int64_t in_2026 = 1'795'195'800'123;
    EXPECT_EQ(tools::examine_clock(0, true).health, Health::missing);
    EXPECT_EQ(tools::examine_clock(in_2026, false).health, Health::doubtful);
    EXPECT_EQ(tools::examine_clock(in_2026, true).health, Health::fine);
}

TEST(Doctor, TellsByItsExitCode) {
    const Directory directory;
    const std::vector<std::string> words{"doctor",
                                         "--json",
                                         "--data",
                                         directory.path() + "/data",
                                         "--listen",
                                         "127.0.0.1:0",
                                         "--docker",
                                         "process:"};
    const Ended fine = run_program(words);
    EXPECT_EQ(fine.code, 0) << fine.err;
    EXPECT_TRUE(fine.json()["can_run"].get<bool>()) << fine.out;

    const Ended missing = run_program(words, {{"PLAYBACK_REGISTRY", "127.0.0.1:1"}});
    EXPECT_EQ(missing.code, 1) << missing.err;
    EXPECT_TRUE(missing.err.contains("127.0.0.1:1 does not answer")) << missing.err;
    bool has_mend = false;
    for (const nlohmann::json& check : missing.json()["checks"])
        has_mend |= check["health"] == "missing" && check.contains("mend");
    EXPECT_TRUE(has_mend) << missing.out;

    EXPECT_EQ(run_program({"doctor", "--listen", "nowhere"}).code, 2);
    EXPECT_EQ(run_program({"doctor", "--no-such-option"}).code, 2);
    EXPECT_EQ(run_program({"doctor", "--help"}).code, 0);
}

}  // namespace
}  // namespace playback::testing
