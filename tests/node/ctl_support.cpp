#include "tests/node/ctl_support.h"

#include <chrono>
#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace playback::testing {

CtlNode::CtlNode()
    : program_({"node",
                "--json",
                "--data",
                directory_.path() + "/data",
                "--listen",
                "127.0.0.1:0",
                "--docker",
                "process:",
                "--process-image",
                "*=" PLAYBACK_BUILD_DIR "/sample-runtime",
                "--bcrypt-cost",
                "4",
                "--rate-limit-exempt",
                "127.0.0.0/8"}) {
    if (!program_.says("listening")) return;
    address_ = program_.json()["listening"][0];
    const std::string passwords = read_file(passwords_file());
    for (const char* role : {"admin", "support"})
        passwords_[role] = nlohmann::json::parse(passwords)[role];
}

Ctl::Ctl(const CtlNode& node) : Ctl() {
    const Ended used = (*this)({"config", "installation", "use-custom", "test", node.url()});
    EXPECT_EQ(used.code, 0) << used.err;
}

Ended Ctl::operator()(Arguments arguments) const {
    arguments.insert(arguments.begin(), "ctl");
    // A push to a registry may take its minute.
    Program program(std::move(arguments), variables_);
    const std::optional<int> code = program.wait(std::chrono::minutes(3));
    return {code.value_or(-1), program.out(), program.err()};
}

}  // namespace playback::testing
