// The container contract on local processes, and what only processes can get wrong.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/process/process_host.h"
#include "adapters/process/records.h"
#include "engine/io/wait.h"
#include "tests/contract/container_contract.h"
#include "tests/contract/real_world_support.h"

namespace playback::contract {
namespace {

using adapters::ProcessHost;

constexpr const char* probe_path = PLAYBACK_BUILD_DIR "/container_probe";

Result<std::unique_ptr<ProcessHost>> open_host(const std::string& directory, RealFixture& real) {
    adapters::ProcessHostOptions options;
    options.directory = directory;
    options.images = {{"probe:1", probe_path}};
    auto post = [&loop = real.world.loop()](std::move_only_function<void()> work) {
        loop.post_from_other_thread(std::move(work));
    };
    return ProcessHost::open(std::move(options), real.world.clock(), std::move(post));
}

class ProcessArm final : public ContainerArm {
public:
    ProcessArm() : host_(std::move(*open_host(directory_.path() + "/runtimes", real))) {}

    io::ContainerHost& host() override { return *host_; }
    io::Clock& clock() override { return real.world.clock(); }

    RealFixture real;

private:
    TemporaryDirectory directory_;
    std::unique_ptr<ProcessHost> host_;
};

class ProcessContainers : public ::testing::TestWithParam<ContainerCheck> {};

TEST_P(ProcessContainers, KeepTheContract) {
    ProcessArm arm;
    ContainerHands hands(arm, GetParam().name);
    arm.real.world.run(GetParam().run(hands));
}

// --- what only processes can get wrong ---

bool runs(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

// A process of somebody else.
class Stranger {
public:
    // Both sides make its group: whichever comes first, it is there before anybody looks for it.
    Stranger() : pid_(::fork()) {
        ::setpgid(pid_, pid_);
        if (pid_ != 0) return;
        ::execl(probe_path, probe_path, nullptr);
        ::_exit(127);
    }
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;
    ~Stranger() {
        if (!reaped_) ::kill(pid_, SIGKILL);
        end();
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    // Waits until it has ended; the signal that ended it.
    int end() {
        if (reaped_) return 0;
        int status = 0;
        ::waitpid(pid_, &status, 0);
        reaped_ = true;
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

private:
    pid_t pid_;
    bool reaped_ = false;
};

std::uint64_t start_time_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    for (int i = 0; i < 20; ++i) fields >> field;
    return std::stoull(field);
}

// Leaves a record as a node would that was killed.
void leave_record(const std::string& directory,
                  const std::string& name,
                  const Stranger& process,
                  std::uint64_t started) {
    adapters::process::ContainerRecord record;
    record.name = name;
    record.labels = {{"playback.test", "leftover"}};
    record.pid = process.pid();
    record.started = started;
    record.boot = adapters::process::boot_id();
    auto records = adapters::process::Records::open(directory);
    ASSERT_TRUE(records) << records.error().detail;
    ASSERT_TRUE(records->save(record));
}

struct Directory {
    TemporaryDirectory made;
    RealFixture real;

    [[nodiscard]] std::unique_ptr<ProcessHost> open() { return std::move(*try_open()); }
    [[nodiscard]] Result<std::unique_ptr<ProcessHost>> try_open() {
        return open_host(made.path(), real);
    }
};

io::Task<void> list_one(io::ContainerHost& host,
                        io::Clock& clock,
                        std::string value,
                        io::ContainerStatus& status) {
    Result<io::ContainerList> list =
        co_await host.list("playback.test", std::move(value), clock.now() + seconds(10));
    EXPECT_TRUE(list && list->containers.size() == 1);
    if (list && list->containers.size() == 1) status = list->containers[0];
}

io::Task<void> remove_one(io::ContainerHost& host, io::Clock& clock, std::string name) {
    Result<void> removed =
        co_await host.remove(std::move(name), Duration{}, clock.now() + seconds(10));
    EXPECT_TRUE(removed.has_value());
}

io::Task<void> pull_each(io::ContainerHost& host,
                         std::vector<std::string> images,
                         std::vector<bool>& found) {
    for (const std::string& image : images) {
        const Result<void> pulled = co_await host.pull(image, "", never);
        found.push_back(pulled.has_value());
    }
}

// Which of the images a host finds that knows these names.
std::vector<bool> found_by(std::map<std::string, std::string> names,
                           std::vector<std::string> images) {
    RealFixture real;
    const TemporaryDirectory directory;
    adapters::ProcessHostOptions options;
    options.directory = directory.path() + "/runtimes";
    options.images = std::move(names);
    auto post = [&loop = real.world.loop()](std::move_only_function<void()> work) {
        loop.post_from_other_thread(std::move(work));
    };
    const auto host =
        std::move(*ProcessHost::open(std::move(options), real.world.clock(), std::move(post)));
    std::vector<bool> found;
    real.world.run(pull_each(*host, std::move(images), found));
    return found;
}

TEST(ProcessHost, FindsAnImageByItsNameThenWithoutItsTagThenByTheStar) {
    const std::string nowhere = "/nonexistent";
    const std::vector<std::string> images{"a/b:1", "a/b:2", "host:5000/a/b:1", "a/c"};
    using Found = std::vector<bool>;
    EXPECT_EQ(found_by({{"a/b:1", probe_path}}, images), (Found{true, false, false, false}));
    EXPECT_EQ(found_by({{"a/b", probe_path}}, images), (Found{true, true, false, false}));
    EXPECT_EQ(found_by({{"a/b", probe_path}, {"a/b:2", nowhere}}, images),
              (Found{true, false, false, false}));
    EXPECT_EQ(found_by({{"*", probe_path}, {"a/b", nowhere}}, images),
              (Found{false, false, true, true}));
}

TEST(ProcessHost, NeverTouchesAProcessThatOnlyHasTheNumber) {
    Directory directory;
    const Stranger stranger;
    leave_record(directory.made.path(), "left", stranger, start_time_of(stranger.pid()) + 1);
    const auto host = directory.open();
    io::Clock& clock = directory.real.world.clock();
    io::ContainerStatus status;
    directory.real.world.run(list_one(*host, clock, "leftover", status));
    EXPECT_EQ(status.state, io::ContainerState::exited);
    EXPECT_EQ(status.reason, "ended with its node");
    directory.real.world.run(remove_one(*host, clock, "left"));
    EXPECT_TRUE(runs(stranger.pid()));
}

TEST(ProcessHost, FindsAndEndsWhatAnEarlierNodeLeft) {
    Directory directory;
    Stranger leftover;
    leave_record(directory.made.path(), "left", leftover, start_time_of(leftover.pid()));
    const auto host = directory.open();
    io::Clock& clock = directory.real.world.clock();
    io::ContainerStatus status;
    directory.real.world.run(list_one(*host, clock, "leftover", status));
    EXPECT_EQ(status.state, io::ContainerState::running);
    directory.real.world.run(remove_one(*host, clock, "left"));
    EXPECT_EQ(leftover.end(), SIGKILL);
}

TEST(ProcessHost, ADirectoryBelongsToOneNode) {
    Directory directory;
    const auto host = directory.open();
    EXPECT_EQ(directory.try_open().error().code, Errc::in_use);
}

TEST(ProcessHost, ATornRecordIsNobody) {
    Directory directory;
    std::ofstream(directory.made.path() + "/torn.state") << "\xff\xff\xff";
    const auto host = directory.open();
    io::Clock& clock = directory.real.world.clock();
    auto nothing = [&]() -> io::Task<void> {
        Result<io::ContainerList> list =
            co_await host->list("playback.test", "torn", clock.now() + seconds(10));
        EXPECT_TRUE(list && list->containers.empty());
    };
    directory.real.world.run(nothing());
    EXPECT_FALSE(std::filesystem::exists(directory.made.path() + "/torn.state"));
}

// The node of the test below: starts one container, says so, and waits to be killed.
TEST(ProcessHost, NodeOfAnotherTest) {
    const char* const path = std::getenv("PLAYBACK_TEST_DIRECTORY");
    if (path == nullptr) GTEST_SKIP() << "is run by ContainersEndWithAKilledNode";
    RealFixture real;
    const auto host = std::move(*open_host(path, real));
    auto life = [&]() -> io::Task<void> {
        io::ContainerSpec spec;
        spec.name = "orphan";
        spec.image = "probe:1";
        spec.labels = {{"playback.test", "orphan"}};
        Result<void> started =
            co_await host->start(std::move(spec), real.world.clock().now() + seconds(10));
        EXPECT_TRUE(started.has_value());
        std::ofstream(std::string(path) + "/ready") << "ready";
        co_await io::sleep_until(real.world.clock(), never);
    };
    real.world.run(life());
}

TEST(ProcessHost, ContainersEndWithAKilledNode) {
    Directory directory;
    const std::string& path = directory.made.path();
    const pid_t node = ::fork();
    if (node == 0) {
        ::setenv("PLAYBACK_TEST_DIRECTORY", path.c_str(), 1);
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(null, STDOUT_FILENO);
        ::execl("/proc/self/exe", "node", "--gtest_filter=ProcessHost.NodeOfAnotherTest", nullptr);
        ::_exit(127);
    }
    const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!std::filesystem::exists(path + "/ready") && std::chrono::steady_clock::now() < soon)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(std::filesystem::exists(path + "/ready"));
    ::kill(node, SIGKILL);
    ::waitpid(node, nullptr, 0);

    const auto host = directory.open();
    io::Clock& clock = directory.real.world.clock();
    auto ended = [&]() -> io::Task<void> {
        io::ContainerStatus status;
        const Instant end = clock.now() + seconds(10);
        // Its end may take a moment; then it is seen without being asked for.
        while (status.state != io::ContainerState::exited && clock.now() < end) {
            Result<io::ContainerList> list = co_await host->list("playback.test", "orphan", end);
            EXPECT_TRUE(list && list->containers.size() == 1);
            if (!list || list->containers.size() != 1) co_return;
            status = list->containers[0];
            if (status.state != io::ContainerState::exited)
                co_await host->wait_for_change(list->version, end);
        }
        EXPECT_EQ(status.state, io::ContainerState::exited);
    };
    directory.real.world.run(ended());
}

std::string name_of_check(const ::testing::TestParamInfo<ContainerCheck>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Process,
                         ProcessContainers,
                         ::testing::ValuesIn(container_checks().begin(), container_checks().end()),
                         name_of_check);

}  // namespace
}  // namespace playback::contract
