// `playback node --take-over`: a restart that nobody notices, and what happens if it fails.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/node/program.h"
#include "tests/node/restart_crowd.h"
#include "tools/playback/handover_channel.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;
using Clock = std::chrono::steady_clock;
using tools::HandoverChannel;
using Kind = HandoverChannel::Kind;

constexpr const char* create_user = "/service/v1/entrypoint/player/request/create-user";
constexpr const char* create_token = "/service/v1/entrypoint/player/request/create-token";

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
                        "--sign-ups-per-minute",
                        "100000",
                        "--sign-up-burst",
                        "100000",
                        "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

struct RunningNode {
    explicit RunningNode(const Arguments& arguments, const Program::Variables& variables = {})
        : program(arguments, variables) {
        if (!program.says("listening")) return;
        ready = program.json();
        address = ready["listening"][0].get<std::string>();
    }
    Program program;
    nlohmann::json ready;
    std::string address;
};

// A connection that stays open, and one call after the other on it.
class Caller {
public:
    explicit Caller(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        const auto port = std::stoi(address.substr(address.rfind(':') + 1));
        to.sin_port = ::htons(static_cast<std::uint16_t>(port));
        EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() { ::close(socket_); }

    // The head of the answer; empty if the connection is no more.
    std::string get(const std::string& path) {
        send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return answer();
    }
    void send(const std::string& bytes) {
        EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::string answer() {
        char bytes[8192];
        const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
        return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : std::string();
    }

private:
    int socket_;
};

// What systemd is to a service of Type=notify.
class ServiceManager {
public:
    explicit ServiceManager(std::string path)
        : path_(std::move(path)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const adapters::SocketAddress at = *adapters::SocketAddress::of_path(path_);
        EXPECT_EQ(::bind(socket_.get(), at.get(), at.size()), 0);
    }
    [[nodiscard]] Program::Variables variables() const { return {{"NOTIFY_SOCKET", path_}}; }
    [[nodiscard]] std::string heard() const {
        char bytes[256];
        const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT | MSG_PEEK);
        return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : std::string();
    }

private:
    std::string path_;
    adapters::Descriptor socket_;
};

std::string hello(std::uint32_t version, const std::string& data) {
    return encode(tools::HandoverHello{version, "test", data});
}

std::string canonical(const std::string& path) {
    return fs::weakly_canonical(path).string();
}

TEST(Restart, NobodyNotices) {
    const Directory directory;
    const std::string data = directory.path() + "/data";
    const std::string environments = directory.path() + "/environments";
    fs::create_directory(environments);
    const Arguments arguments =
        node_on(data, {"--take-over", "--process-image", "*=" + make_stand_in(environments)});

    std::vector<std::unique_ptr<RunningNode>> nodes;
    nodes.push_back(std::make_unique<RunningNode>(arguments));
    const std::string address = nodes[0]->address;
    ASSERT_FALSE(address.empty()) << nodes[0]->program.err();
    CrowdOptions options;
    options.target = *io::parse_endpoint(address);
    options.environments = environments;
    options.support_password =
        nlohmann::json::parse(read_file(data + "/passwords.json"))["support"];
    RestartCrowd crowd(options);
    const bool plays = crowd.plays(std::chrono::seconds(60));

    for (int restart = 1; plays && restart <= 2; ++restart) {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        const auto begin = Clock::now();
        nodes.push_back(std::make_unique<RunningNode>(arguments));
        const auto took = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begin);
        EXPECT_EQ(nodes.back()->address, address) << nodes.back()->program.err();
        EXPECT_TRUE(nodes.back()->ready.value("took_over", false));
        EXPECT_TRUE(nodes[nodes.size() - 2]->program.tells("handed over"));
        std::cout << "restart " << restart << ": " << took.count()
                  << " ms from the start of the successor until it serves\n";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const CrowdReport report = crowd.end();
    std::cout << report.players << " players, " << report.runtimes << " runtimes, " << report.said
              << " messages, " << report.shouted << " frames of " << report.room_members
              << " players in rooms; worst gap: " << report.worst_answer_ms << " ms for an answer, "
              << report.worst_echo_ms << " ms for an echo\n";

    EXPECT_TRUE(plays);
    EXPECT_EQ(report.noticed, std::vector<std::string>());
    EXPECT_EQ(report.players, options.players);
    EXPECT_GE(report.runtimes, 1U);
    EXPECT_GE(report.said, 2 * options.players);
    EXPECT_GE(report.shouted, options.players);
    EXPECT_GE(report.room_members, options.players / 4);

    // Local processes live with the process that started them; all end with the last one.
    EXPECT_FALSE(nodes[0]->program.wait(std::chrono::milliseconds(50)));
    nodes.back()->program.signal(SIGTERM);
    for (const auto& node : nodes) EXPECT_EQ(node->program.wait(), 0) << node->program.err();
}

TEST(Restart, StartsIfNobodyRunsAndKeepsItsSocketPrivate) {
    const Directory directory;
    const RunningNode node(node_on(directory.path(), {"--take-over"}));
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    EXPECT_FALSE(node.ready.contains("took_over"));
    struct stat found{};
    ASSERT_EQ(::stat((directory.path() + "/handover.sock").c_str(), &found), 0);
    EXPECT_TRUE(S_ISSOCK(found.st_mode));
    EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST(Restart, TheOldProcessEndsAndTheNewOneHasItAll) {
    const Directory directory;
    RunningNode first(node_on(directory.path()));
    ASSERT_FALSE(first.address.empty()) << first.program.err();
    const nlohmann::json user = post(first.address, create_user, nlohmann::json::object()).json();
    Caller resting(first.address);
    EXPECT_TRUE(resting.get("/health").contains("200"));
    Caller half(first.address);
    half.send("GET /hea");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));

    const ServiceManager manager(directory.path() + "/notify");
    RunningNode second(node_on(directory.path(), {"--take-over"}), manager.variables());
    EXPECT_EQ(second.address, first.address) << second.program.err();
    EXPECT_TRUE(manager.heard().starts_with("READY=1\nMAINPID=")) << manager.heard();
    EXPECT_EQ(first.program.wait(), 0) << first.program.err();
    half.send("lth HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(half.answer().contains("200"));
    EXPECT_TRUE(resting.get("/health").contains("200"));
    EXPECT_EQ(post(second.address, create_token, user).status, 200);
}

TEST(Restart, RefusesWhoCannotTakeOver) {
    const Directory directory;
    const RunningNode node(node_on(directory.path() + "/data"));
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    Caller caller(node.address);
    EXPECT_TRUE(caller.get("/health").contains("200"));
    const std::string data = canonical(directory.path() + "/data");
    const std::pair<std::string, std::string> wrongs[] = {
        {hello(tools::handover_version + 1, data), "by version"},
        {hello(tools::handover_version, data + "2"), "other data"}};
    for (const auto& [words, complaint] : wrongs) {
        Result<HandoverChannel> channel = HandoverChannel::connect(data + "/handover.sock");
        ASSERT_TRUE(channel) << channel.error().detail;
        ASSERT_TRUE(channel->send(Kind::hello, words));
        const auto welcome = channel->expect(Kind::welcome, seconds(10));
        ASSERT_FALSE(welcome);
        EXPECT_TRUE(welcome.error().detail.contains(complaint)) << welcome.error().detail;
    }
    EXPECT_TRUE(caller.get("/health").contains("200"));

    // With other data it is no successor, and the address is not free.
    const Ended stranger = run_program(
        {"node", "--json", "--data", data + "2", "--listen", node.address, "--take-over"});
    EXPECT_EQ(stranger.code, 2);
    EXPECT_TRUE(stranger.json()["error"].get<std::string>().contains("cannot listen"));
    EXPECT_TRUE(caller.get("/health").contains("200"));
}

TEST(Restart, MemoryCannotBePassedOn) {
    const Directory directory;
    const Arguments arguments =
        node_on(directory.path(), {"--durability", "memory", "--take-over"});
    const RunningNode node(arguments);
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    const Ended second = run_program(arguments);
    EXPECT_EQ(second.code, 2);
    EXPECT_TRUE(second.json()["error"].get<std::string>().contains("memory")) << second.out;
    EXPECT_EQ(get(node.address, "/health").status, 200);
}

// It has got everything, and dies before it has said that the data is open.
TEST(Restart, ASuccessorThatDiesLeavesTheNodeServing) {
    const Directory directory;
    RunningNode node(node_on(directory.path()));
    ASSERT_FALSE(node.address.empty()) << node.program.err();
    const nlohmann::json user = post(node.address, create_user, nlohmann::json::object()).json();
    Caller caller(node.address);
    EXPECT_TRUE(caller.get("/health").contains("200"));
    for (const bool says_why : {false, true}) {
        Result<HandoverChannel> channel =
            HandoverChannel::connect(directory.path() + "/handover.sock");
        ASSERT_TRUE(channel) << channel.error().detail;
        ASSERT_TRUE(channel->send(Kind::hello,
                                  hello(tools::handover_version, canonical(directory.path()))));
        ASSERT_TRUE(channel->expect(Kind::welcome, seconds(10)));
        std::vector<adapters::Descriptor> lifelines;
        {
            const auto luggage = channel->receive_luggage(lifelines, seconds(20));
            ASSERT_TRUE(luggage) << luggage.error().detail;
            EXPECT_EQ(luggage->listeners.size(), 1U);
            EXPECT_GE(luggage->parcels.size(), 1U);
        }
        EXPECT_EQ(lifelines.size(), 1U);
        if (says_why) EXPECT_TRUE(channel->send(Kind::failed, "no room"));
        *channel = HandoverChannel(adapters::Descriptor());
        EXPECT_TRUE(caller.get("/health").contains("200")) << node.program.err();
    }
    EXPECT_TRUE(node.program.tells("no room"));
    EXPECT_EQ(post(node.address, create_token, user).status, 200);
    // And a real one can follow.
    RunningNode next(node_on(directory.path(), {"--take-over"}));
    EXPECT_EQ(next.address, node.address) << next.program.err();
    EXPECT_EQ(node.program.wait(), 0) << node.program.err();
    EXPECT_TRUE(caller.get("/health").contains("200"));
}

}  // namespace
}  // namespace playback::testing
