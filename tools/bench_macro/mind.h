// Minds: what a player and a runtime remember between two calls of an interchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench_macro/game.h"
#include "tools/bench_macro/talker.h"

namespace playback::bench {

// A call with nothing in it. The second is held until something has come.
std::string empty_interchange_of(const Player& player);
std::string waiting_interchange_of(const Player& player);
// Consumes these messages.
std::string consuming_interchange_of(const Player& player, const std::vector<std::string>& ids);

// Says so many messages with each call, and consumes what has come.
class PlayerMind {
public:
    explicit PlayerMind(Player player, std::size_t messages_of_call = 1)
        : player_(std::move(player)), messages_of_call_(messages_of_call) {}

    void next(std::string& out);
    void take(std::string_view body);
    [[nodiscard]] std::uint64_t said() const { return said_; }
    [[nodiscard]] std::uint64_t heard() const { return heard_; }

private:
    Player player_;
    std::size_t messages_of_call_;
    std::vector<std::string> consumed_;
    std::uint64_t said_ = 0;
    std::uint64_t heard_ = 0;
};

// Consumes everything, and answers each message of a player with one if it `answers`. Its calls are
// held until there is something.
class RuntimeMind {
public:
    explicit RuntimeMind(Runtime runtime, bool answers = true)
        : runtime_(std::move(runtime)), answers_(answers) {}

    void next(std::string& out);
    void take(std::string_view body);

private:
    Runtime runtime_;
    bool answers_;
    std::vector<std::string> consumed_;
    std::vector<std::string> to_answer_;  // clients
};

// Speak by HTTP. The minds outlive the talkers.
std::unique_ptr<Talker> talker_of(PlayerMind& mind);
std::unique_ptr<Talker> talker_of(RuntimeMind& mind);

}  // namespace playback::bench
