// Servers: the node that is measured, and the programs that it is compared with, each on the same
// core of this machine, one driven at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "tools/bench_macro/child_process.h"

namespace playback::bench {

struct Server {
    ChildProcess process;
    std::uint16_t port = 0;
};

// Where the programs are, where they may write, and which core is whose.
struct Place {
    std::string directory;  // temporary, of this run
    std::string playback;
    std::string nginx;    // empty: there is none
    std::string control;  // empty: there is none
    std::string micro;    // playback-bench-micro; empty: there is none
    int server_core = -1;
    int load_core = -1;
};

// Finds all but the directory. Cores are two different ones if this process may use two.
Place find_place(std::string directory);

inline constexpr std::string_view support_password = "support-pw";

struct NodeKind {
    std::string_view durability = "process";
    std::string_view token_algorithm = "RS256";
};

// A node with its data below the place's directory, and a container host whose runtimes do nothing
// but leave their password in the directory `seen_by`, in a file of their id.
Result<Server> start_node(const Place& place, const std::string& name, const NodeKind& kind);
std::string data_of(const Place& place, const std::string& name);
std::string seen_by(const Place& place, const std::string& name);

// One process, as a worker of nginx is: answers everything with a small body of JSON.
Result<Server> start_nginx(const Place& place);

// `bench-control WHAT`, which serves.
Result<Server> start_control(const Place& place, std::string_view what);
// `bench-control ARGUMENTS`, which measures by itself: the one number that it says.
Result<double> measured_by_control(const Place& place, const std::vector<std::string>& arguments);

}  // namespace playback::bench
