#include "tests/live/live_node.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/support/live_http.h"

namespace playback::omgservers {
namespace {

constexpr auto start_patience = std::chrono::seconds(30);
constexpr auto pause_between_looks = std::chrono::milliseconds(5);

// In a file of its own, which is there only when it is whole.
constexpr const char* runtime_script = R"(#!/bin/sh
cd "${0%/*}/seen"
echo "$OMGSERVERS_PASSWORD" >"$OMGSERVERS_RUNTIME_ID.new"
/bin/mv "$OMGSERVERS_RUNTIME_ID.new" "$OMGSERVERS_RUNTIME_ID"
exec /bin/sleep 1000000
)";

// All nodes of the program sign with one key: to make one takes a second.
const std::string& token_key() {
    static const ::playback::testing::Directory directory;
    static const std::string path = directory.path() + "/token_key.pem";
    return path;
}

}  // namespace

LiveNode& LiveNode::of_this_suite() {
    static std::unique_ptr<LiveNode> node;
    static std::string its_suite;
    const std::string suite =
        ::testing::UnitTest::GetInstance()->current_test_info()->test_suite_name();
    if (!node || suite != its_suite) {
        node.reset();
        node = std::make_unique<LiveNode>();
        its_suite = suite;
    }
    return *node;
}

LiveNode::LiveNode() {
    program_ = std::make_unique<::playback::testing::Program>(arguments());
    if (program_->says("listening"))
        address_ = program_->json()["listening"][0].get<std::string>();
    else
        problem_ = "the node does not start: " + program_->err();
}

std::vector<std::string> LiveNode::arguments() const {
    std::filesystem::create_directory(directory_.path() + "/seen");
    const std::string runtime = write_file("runtime", runtime_script);
    std::filesystem::permissions(runtime, std::filesystem::perms::owner_all);
    std::vector<std::string> all{"node",
                                 "--data",
                                 directory_.path() + "/data",
                                 "--token-key",
                                 token_key(),
                                 "--durability",
                                 "memory",
                                 "--slots",
                                 "4",
                                 "--listen",
                                 "127.0.0.1:0",
                                 "--public-url",
                                 "http://game.test",
                                 "--docker",
                                 "process:",
                                 "--process-image",
                                 "*=" + runtime,
                                 "--socket-ping",
                                 "1",
                                 "--socket-inactive",
                                 "4",
                                 "--room-grace",
                                 "1",
                                 "--bcrypt-cost",
                                 "4",
                                 "--rate-limit-exempt",
                                 "127.0.0.1",
                                 "--log-level",
                                 "error",
                                 "--json"};
    for (const char* const user : {"admin", "support", "service", "connector"}) {
        all.push_back(std::string("--") + user + "-password-file");
        all.push_back(write_file(user, std::string(user) + "-pw"));
    }
    return all;
}

std::string LiveNode::write_file(const std::string& name, const std::string& text) const {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
}

HttpReply LiveNode::exchange(std::string_view request) const {
    const ::playback::testing::HttpAnswer answer =
        ::playback::testing::exchange_http(address_, request);
    return {answer.status, answer.head, answer.body};
}

std::string LiveNode::password_of(const std::string& runtime) const {
    const auto end = std::chrono::steady_clock::now() + start_patience;
    while (std::chrono::steady_clock::now() < end) {
        std::ifstream file(directory_.path() + "/seen/" + runtime);
        std::string password;
        if (file && std::getline(file, password)) return password;
        std::this_thread::sleep_for(pause_between_looks);
    }
    ADD_FAILURE() << "runtime " << runtime << " was not started: " << program_->err();
    return "";
}

}  // namespace playback::omgservers
