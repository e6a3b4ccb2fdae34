// Newcomer: a talker who creates clients of one user, each until it is told of its runtime.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench_macro/answer_reader.h"
#include "tools/bench_macro/game.h"
#include "tools/bench_macro/talker.h"

namespace playback::bench {

class Newcomer final : public Talker {
public:
    // Gets the id of each client. With it, the client's messages are consumed as well.
    using Welcome = std::function<void(const std::string& client)>;

    Newcomer(Player user, std::string_view game, Welcome welcome = nullptr);

    void say(std::string& out) override { out += create_; }
    Result<Heard> hear(std::span<char> unread, std::string& out) override;

private:
    bool take(std::string_view body, std::string& out);
    bool take_messages(std::string_view body, std::string& out);

    Player player_;
    std::string create_;
    Welcome welcome_;
    std::vector<std::string> seen_;  // messages of this client
    bool is_consuming_ = false;
    AnswerReader reader_;
};

}  // namespace playback::bench
