// RestartCrowd: players and runtimes that play on a real node while it is restarted, and notice
// everything: a call that fails, a connection that has to be opened again, a message or a frame
// that is lost, doubled or out of order.
//
// The actors are those of the simulator, over real sockets, on a thread of their own. Runtimes
// never retry: the first failure ends them. Their containers are local processes that only leave
// their environment in a file, so that they can be played here.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/io/network.h"

namespace playback::testing {

struct CrowdOptions {
    io::Endpoint target;
    std::string support_password;
    std::string environments;  // the directory with the files of the containers
    std::uint32_t players = 200;
};

struct CrowdReport {
    std::uint64_t players = 0;
    std::uint64_t runtimes = 0;
    std::uint64_t said = 0;     // messages of players
    std::uint64_t shouted = 0;  // frames of players, in real time
    std::uint64_t room_members = 0;
    std::int64_t worst_answer_ms = 0;  // from a message to the runtime's answer
    std::int64_t worst_echo_ms = 0;    // from a frame to its echo
    std::vector<std::string> noticed;  // what nobody should; the first hundred
};

class RestartCrowd {
public:
    explicit RestartCrowd(CrowdOptions options);
    RestartCrowd(const RestartCrowd&) = delete;
    RestartCrowd& operator=(const RestartCrowd&) = delete;
    ~RestartCrowd();

    // Everybody plays. False: not so within `patience`.
    [[nodiscard]] bool plays(std::chrono::seconds patience);
    // They finish what they have begun, and tell.
    CrowdReport end();

private:
    class Play;

    std::unique_ptr<Play> play_;
    std::thread thread_;
};

// The script that a node is to run as its containers: it keeps its environment in `directory`.
std::string make_stand_in(const std::string& directory);

}  // namespace playback::testing
