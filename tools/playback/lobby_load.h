// LobbyLoad: the players of the lobby scenario against a real node, and what a client can see of
// it.
//
// The actors are those of the simulator, over real sockets; they retry what a client may retry, so
// the node may restart meanwhile. The judge sees players only. Four phases: join (reported apart:
// passwords cost what they cost), load, settle (nothing new is said until all is answered),
// verdict.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "scenarios/actors/player.h"
#include "scenarios/lobby/judge.h"

namespace playback::tools {

struct LoadOptions {
    io::Endpoint target;
    std::string tenant = "demo";
    std::string project = "demo";
    std::string stage = "demo";
    std::uint32_t players = 200;
    std::uint32_t joins_at_once = 16;
    Duration join_limit = seconds(120);
    Duration duration = seconds(20);
    Duration say_every = seconds(2);  // each player
    Duration settle_limit = seconds(30);
    Duration client_inactive = seconds(30);  // as the node has it
    bool polling = false;                    // each second, as existing SDKs do
    std::function<bool()> is_interrupted;
    std::function<void(std::string_view)> tell;  // progress
};

// Times in microseconds, sorted.
struct Times {
    std::vector<std::int64_t> values;
    [[nodiscard]] std::int64_t percentile(int percent) const;
};

struct LoadReport {
    std::uint32_t joined = 0;
    Duration join_time;
    std::map<std::string, std::uint64_t> join_failures;  // calls by "method: status"
    Duration load_time;
    std::uint64_t said = 0;   // in the load phase, acknowledged
    std::uint64_t heard = 0;  // in the load phase
    Duration settle_time;
    bool settled = false;
    Times assignment;  // from the client's creation to its first lobby
    Times round_trip;  // from a message's first try to the runtime's answer
    std::uint64_t calls = 0;
    std::uint64_t failed_calls = 0;
    std::map<std::string, std::uint64_t> failures;  // in the load phase, by "method: status"
    std::uint64_t moved = 0;                        // clients that got another runtime
    std::uint64_t excused = 0;  // acknowledged messages that went with their runtime
    std::map<std::string, std::uint64_t> checks;
    std::vector<std::string> violations;  // the first hundred
    std::uint64_t violation_count = 0;
    bool interrupted = false;
};

class LobbyLoad {
public:
    LobbyLoad(const io::Io& io, LoadOptions options);
    LobbyLoad(const LobbyLoad&) = delete;
    LobbyLoad& operator=(const LobbyLoad&) = delete;
    ~LobbyLoad();

    io::Task<LoadReport> run();

private:
    class Ears;

    io::Task<void> join_some();
    io::Task<void> join_all();
    io::Task<void> talk();
    io::Task<void> settle();
    io::Task<void> wait(Instant until);
    [[nodiscard]] bool is_quiet() const;
    [[nodiscard]] bool is_interrupted() const {
        return options_.is_interrupted && options_.is_interrupted();
    }

    io::Io io_;
    LoadOptions options_;
    LoadReport report_;
    std::unique_ptr<Ears> ears_;
    std::vector<std::unique_ptr<scenarios::Player>> players_;
    std::vector<bool> has_joined_;
    std::size_t next_to_join_ = 0;
    bool joining_is_over_ = false;
    io::TaskGroup tasks_;
};

}  // namespace playback::tools
