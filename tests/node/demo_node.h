// DemoNode: `playback demo` as a child of the test.
#pragma once

#include <string>

#include "tests/node/program.h"

namespace playback::testing {

// On `data`, with the containers of `docker`, at `port` ("0": any free one). `url` is empty if it
// did not start.
struct DemoNode {
    DemoNode(const std::string& data, const std::string& docker, const std::string& port);
    [[nodiscard]] std::string port() const { return url.substr(url.rfind(':') + 1); }

    Program program;
    std::string url;
};

}  // namespace playback::testing
