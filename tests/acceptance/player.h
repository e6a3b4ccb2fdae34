// Player: a game client of the acceptance tests, of either generation, over real sockets.
//
// It polls over HTTP in the words of its generation, or, as the newer SDKs do, talks over the
// connector's socket. Whatever the way, what it got is told in the words of the second generation.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tests/support/live_http.h"

namespace playback::acceptance {

using Json = nlohmann::json;

enum class Way {
    p1,         // HTTP, the first generation
    p2,         // HTTP, the second generation
    connector,  // the socket of the second generation
};
const char* name_of(Way way);
inline void PrintTo(Way way, std::ostream* out) {
    *out << name_of(way);
}

// POST /service/v1/entrypoint/ROLE/request/METHOD of the node at `address`.
testing::HttpAnswer call_node(const std::string& address,
                              const std::string& role,
                              const std::string& method,
                              const Json& body,
                              std::string_view token = {});

struct Message {
    std::string qualifier;
    std::string text;  // of the body
    [[nodiscard]] Json body() const;
};

class Player {
public:
    Player(std::string address, Way way) : address_(std::move(address)), way_(way) {}

    // create-user and create-token; a second client of somebody is made with `join` alone.
    void sign_up();
    void sign_in_as(const Player& other) { token_ = other.token_; }
    // create-client in {tenant, project, stage}: its answer. Opens the connector's socket.
    Json join(const Json& where);

    // Sends what was said, takes what came and consumes it.
    void poll();
    void say(const Json& message);
    // From now on nothing is heard of it, and its socket is closed; `return_over_http` ends that.
    void fall_silent();
    void return_over_http() { is_silent_ = false; }
    [[nodiscard]] bool is_silent() const { return is_silent_; }

    // All that came, oldest first.
    [[nodiscard]] const std::vector<Message>& mail() const { return mail_; }
    [[nodiscard]] std::vector<Json> bodies(std::string_view qualifier) const;
    // The messages of runtimes.
    [[nodiscard]] std::vector<Json> heard() const;
    [[nodiscard]] bool has_heard(const Json& message) const;
    // "LOBBY" or "MATCH", and which runtime: of the last assignment; empty before the first.
    [[nodiscard]] std::string kind() const;
    [[nodiscard]] std::string runtime() const;
    [[nodiscard]] std::size_t assignments() const;
    [[nodiscard]] const std::string& id() const { return client_; }
    // A socket to the dispatcher by its last invitation, as its generation opens it.
    [[nodiscard]] std::unique_ptr<testing::LiveWebSocket> open_dispatcher() const;
    // For who reads a failure.
    [[nodiscard]] std::string story() const;

private:
    void poll_http();
    void poll_socket();
    [[nodiscard]] Json entry(const std::string& message) const;
    void take(const Json& message);

    std::string address_;
    Way way_;
    std::string token_;
    std::string client_;
    std::unique_ptr<testing::LiveWebSocket> socket_;
    std::size_t socket_read_ = 0;
    std::vector<std::string> outgoing_;  // JSON
    std::vector<std::string> consumed_;  // ids
    std::vector<Message> mail_;
    std::vector<std::string> seen_;
    bool is_silent_ = false;
};

}  // namespace playback::acceptance
