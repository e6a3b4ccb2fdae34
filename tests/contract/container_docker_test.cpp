// The container contract on a real Docker daemon, across its restarts.
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "adapters/docker/docker_host.h"
#include "tests/contract/container_contract.h"
#include "tests/contract/real_world_support.h"
#include "tests/support/docker.h"
#include "tests/support/fake_registry.h"

namespace playback::contract {
namespace {

constexpr const char* probe_path = PLAYBACK_BUILD_DIR "/container_probe";

// One daemon serves the whole suite.
class DockerArm final : public ContainerArm {
public:
    DockerArm()
        : host_(real.world.executor(),
                real.world.clock(),
                real.world.network(),
                real.log,
                *adapters::docker_endpoint("unix://" + daemon_.socket())) {}
    DockerArm(const DockerArm&) = delete;
    DockerArm& operator=(const DockerArm&) = delete;
    ~DockerArm() override { real.world.run(host_.stop()); }

    [[nodiscard]] std::string begin() {
        std::string problem = daemon_.start();
        if (!problem.empty()) return problem;
        registry_.emplace(probe_path, daemon_.directory());
        return daemon_.import_image(image(), probe_path);
    }

    io::ContainerHost& host() override { return host_; }
    io::Clock& clock() override { return real.world.clock(); }

    [[nodiscard]] std::string distant_image() const override { return at_registry("probe:1"); }
    [[nodiscard]] std::string missing_image() const override { return at_registry("none:1"); }
    [[nodiscard]] std::string hanging_image() const { return at_registry("hanging:1"); }

    void end_daemon() override { daemon_.kill_hard(); }
    void begin_daemon(OnRestart what) override {
        EXPECT_EQ(daemon_.start(what == OnRestart::containers_live), "");
    }
    void freeze_daemon(bool frozen) override { daemon_.freeze(frozen); }

    RealFixture real;

private:
    [[nodiscard]] std::string at_registry(const std::string& image) const {
        return registry_->host() + "/" + image;
    }

    testing::PrivateDocker daemon_;
    std::optional<testing::FakeRegistry> registry_;
    adapters::DockerHost host_;
};

class DockerContainers : public ::testing::TestWithParam<ContainerCheck> {
protected:
    static void SetUpTestSuite() {
        if (testing::without_docker()) return;
        arm = std::make_unique<DockerArm>();
        problem = arm->begin();
    }
    static void TearDownTestSuite() { arm.reset(); }
    void SetUp() override {
        if (!arm) GTEST_SKIP() << "without Docker";
        ASSERT_EQ(problem, "");
    }
    static void play() {
        ContainerHands hands(*arm, GetParam().name);
        arm->real.world.run(GetParam().run(hands));
    }

    static inline std::unique_ptr<DockerArm> arm;
    static inline std::string problem;
};

TEST_P(DockerContainers, KeepTheContract) {
    play();
}

io::Task<void> pull_what_hangs(DockerArm& arm) {
    const Instant begin = arm.clock().now();
    Result<void> pulled = co_await arm.host().pull(arm.hanging_image(), "", begin + seconds(1));
    EXPECT_TRUE(!pulled && pulled.error().code == Errc::timed_out);
    EXPECT_LT(arm.clock().now() - begin, seconds(3));
}

TEST_F(DockerContainers, APullThatHangsCostsNoMoreThanTheDeadline) {
    arm->real.world.run(pull_what_hangs(*arm));
}

std::string name_of_check(const ::testing::TestParamInfo<ContainerCheck>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Docker,
                         DockerContainers,
                         ::testing::ValuesIn(container_checks().begin(), container_checks().end()),
                         name_of_check);
INSTANTIATE_TEST_SUITE_P(DockerDaemon,
                         DockerContainers,
                         ::testing::ValuesIn(daemon_checks().begin(), daemon_checks().end()),
                         name_of_check);

}  // namespace
}  // namespace playback::contract
