// `playback ctl developer deploy-version` with a real Docker daemon and a real registry: the image
// is pushed with the developer's rights, pulled by the node and played.
#include <csignal>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/ctl_support.h"
#include "tests/support/docker.h"
#include "tests/support/registry.h"

namespace playback::testing {
namespace {

// A daemon and a registry; the node that makes the registry's tokens is the test's.
struct DockerAndRegistry {
    DockerAndRegistry() : registry(directory.path()) {
        problem = docker.start();
        if (problem.empty())
            problem = docker.import_image("shooter-image:1", PLAYBACK_BUILD_DIR "/sample-runtime");
    }

    [[nodiscard]] Arguments node_on(const std::string& data) const {
        return {"node",
                "--json",
                "--data",
                data,
                "--listen",
                "127.0.0.1:0",
                "--docker",
                "unix://" + docker.socket(),
                "--registry",
                registry.host(),
                "--registry-events-anonymous",
                "--bcrypt-cost",
                "4",
                "--rate-limit-exempt",
                "127.0.0.0/8"};
    }

    Directory directory;
    PrivateDocker docker;
    PrivateRegistry registry;
    std::string problem;
};

TEST(CtlRegistry, TwoCommandsPushAnImageAndDeployIt) {
    if (without_docker()) GTEST_SKIP() << "without Docker";
    DockerAndRegistry with;
    ASSERT_EQ(with.problem, "");
    const std::string data = with.directory.path() + "/data";
    Program node(with.node_on(data));
    ASSERT_TRUE(node.says("listening")) << node.err();
    const std::string address = node.json()["listening"][0];
    ASSERT_EQ(with.registry.start(address, data + "/registry.pem", "nobody-asks-for-it"), "");

    Ctl ctl;
    ctl.set("DOCKER_HOST", "unix://" + with.docker.socket());
    const Ended chosen =
        ctl({"config", "use-custom", "test", "http://" + address, "-r", with.registry.host()});
    ASSERT_EQ(chosen.code, 0) << chosen.err;
    const Ended made = ctl({"support",
                            "init-tenant",
                            "ann",
                            "acme",
                            "shooter",
                            "--password-file",
                            data + "/passwords.json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const Ended deployed = ctl({"developer", "deploy-version", "-i", "shooter-image:1", "--json"});
    ASSERT_EQ(deployed.code, 0) << deployed.err << with.registry.log();
    EXPECT_TRUE(deployed.json().contains("lobby_id")) << deployed.out;
    EXPECT_TRUE(with.registry.holds("acme/shooter")) << "it was pushed:\n" << with.registry.log();
    const Ended played = run_program({"load",
                                      "lobby",
                                      "--target",
                                      "http://" + address,
                                      "--tenant",
                                      "acme",
                                      "--project",
                                      "shooter",
                                      "--stage",
                                      "default",
                                      "--players",
                                      "2",
                                      "--seconds",
                                      "1",
                                      "--json"});
    EXPECT_EQ(played.json()["assignment_ms"]["count"], 2) << played.out << played.err;

    // Another's password does not push there.
    const Ended other = ctl({"support", "init-tenant", "bob", "other", "racer", "--json"});
    ASSERT_EQ(other.code, 0) << other.err;
    const std::string password = other.json()["password"];
    const Ended refused = ctl({"developer",
                               "deploy-version",
                               "-i",
                               "shooter-image:1",
                               "bob",
                               password,
                               "acme",
                               "shooter",
                               "--json"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.err.contains("docker cannot push")) << refused.err;
    EXPECT_FALSE(refused.err.contains(password)) << refused.err;
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
}

}  // namespace
}  // namespace playback::testing
