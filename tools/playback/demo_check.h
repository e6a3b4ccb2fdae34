// The demo played through, as a person with curl would: what `playback demo --check` proves.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"

namespace playback::tools {

struct DemoStep {
    std::string name;
    Duration took;
    std::string problem;  // empty: done
};

// Plays until a step fails, or takes longer than `patience` (the first container may have to
// boot); tells of each as it ends. The last one says how it went.
io::Task<std::vector<DemoStep>> play_demo(io::Io io,
                                          io::Endpoint target,
                                          std::string game,
                                          Duration patience,
                                          std::function<void(const DemoStep&)> tell);

}  // namespace playback::tools
