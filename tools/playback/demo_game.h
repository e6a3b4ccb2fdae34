// DemoGame: the tenant, project, stage, version and deployment of `playback demo`, made once
// through the public API and found again at the next start.
//
// DATA/demo.json (mode 0600) remembers them with the password of their developer. A start that
// ended half-way leaves aliases taken and no such file: the next one takes the next name.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "scenarios/actors/studio.h"
#include "tools/playback/real_node.h"

namespace playback::tools {

struct DemoGame {
    std::string name;  // alias of tenant, project and stage
    scenarios::Game game;
};

// "demo", "demo-2", ...: what the game may be called.
const std::vector<std::string>& demo_names();
// The image of the game of that name.
std::string demo_image(const std::string& name);

// The game that DATA/demo.json remembers; its name is empty if there is none. Fails as the file.
Result<DemoGame> recall_game(const std::string& data);

// Makes the image known to where containers run: imported into Docker, known already as a process.
// Says in words what was done. `program` is the path of the sample runtime.
io::Task<Result<std::string>> provide_image(RealNode& node, std::string name, std::string program);

// Makes a game under the first name that is free, with its image, and remembers it.
io::Task<Result<DemoGame>> make_game(RealNode& node, io::Endpoint target, std::string program);

}  // namespace playback::tools
