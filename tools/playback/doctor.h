// Doctor: what a machine lacks for a node with these settings, and how to mend it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/playback/node_options.h"

namespace playback::tools {

enum class Health : std::uint8_t {
    fine,
    doubtful,  // a node starts, but somebody should look at it
    missing,   // a node does not start, or cannot do its work
};

struct Finding {
    std::string name;  // "docker", "listen", ...: constant words
    Health health = Health::fine;
    std::string found;  // for people
    std::string mend;   // what to do; empty if fine
};

// Asks the machine, some seconds at most. Leaves nothing behind.
std::vector<Finding> examine(const NodeSettings& settings);

// Its parts, each of which can stand alone.
Finding examine_docker(const NodeSettings& settings);
Finding examine_listen(const io::Endpoint& endpoint);
Finding examine_data(const NodeSettings& settings);
Finding examine_disk(const NodeSettings& settings);
Finding examine_key(const NodeSettings& settings);
Finding examine_registry(const std::string& registry);
Finding examine_files(std::uint64_t files_max);
Finding examine_clock(std::int64_t wall_ms, bool is_synchronized);

}  // namespace playback::tools
