#include "tests/node/demo_node.h"

#include <nlohmann/json.hpp>

namespace playback::testing {

DemoNode::DemoNode(const std::string& data, const std::string& docker, const std::string& port)
    : program({"demo",
               "--data",
               data,
               "--port",
               port,
               "--docker",
               docker,
               "--bcrypt-cost",
               "4",
               "--json"}) {
    if (program.says("listening")) url = program.json()["public_url"].get<std::string>();
}

}  // namespace playback::testing
