// Player: a person at a game client. Signs up, joins a stage, talks to its runtime, comes back.
//
// The same coroutine runs against a simulated node and over real sockets (`playback load`). It does
// what is legal at any time and retries what a client may retry; the plan tells it when to say
// something, to go silent, or to come back as a new client.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/wait.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/player_room.h"
#include "scenarios/actors/socket_client.h"
#include "scenarios/actors/words.h"

namespace playback::wire {
class JsonReader;
}

namespace playback::scenarios {

struct PlayerOptions {
    std::uint32_t number = 0;
    io::Endpoint target;
    std::string tenant;  // ids or aliases
    std::string project;
    std::string stage;
    bool long_poll = true;
    std::uint32_t long_poll_seconds = 20;
    Duration poll_interval = seconds(1);  // without long poll
    Duration patience = seconds(10);      // for one call
    Duration retry_pause = milliseconds(500);
    bool first_generation = false;   // speak P1
    bool tries_other_roles = false;  // once: calls of other roles with the player's token
    // Manners that are legal and rare: it consumes only with every second call, makes every second
    // message long, sends bodies in chunks, or a ping ahead of its calls in the same bytes.
    bool consumes_late = false;
    bool talks_much = false;
    bool sends_chunks = false;
    bool pings_ahead = false;
    // Once for each client of its own: a client of somebody else (0: there is none) for which it
    // calls too, and should be refused.
    std::function<std::uint64_t(std::uint64_t user)> foreign_client;
    // Messages go at once, on a second connection (`talk`), not when the long poll returns.
    bool talks_apart = false;
    // Interchanges over the connector's socket instead of polling (P2 only).
    bool uses_socket = false;
};

class Player {
public:
    Player(const io::Io& io, PlayerOptions options, Observer& observer);

    // Signs up and plays until `stop`.
    io::Task<void> play();
    // Only signs up and creates a client: for loads that report it apart.
    io::Task<bool> join();
    io::Task<void> stay();
    // Beside `stay`, for who talks apart.
    io::Task<void> talk();

    // From the plan, at any time.
    void say(bool sets_profile);
    void save_and_return();  // sets a profile, and comes back when it hears that it is set
    void wish(std::string_view what);       // see GameMessage
    bool shout() { return room_.shout(); }  // in real time; false: it is in no room
    void go_silent();                       // no calls any more, until come_back
    void come_back();                       // as a new client of the same user
    void stop();

    [[nodiscard]] bool is_assigned() const { return runtime_ != 0; }
    [[nodiscard]] bool is_playing() const { return client_ != 0 && !is_silent_ && !is_stopped_; }
    // Nothing is left to do: silent by choice, or in a game with everything said.
    [[nodiscard]] bool is_quiet() const {
        return is_silent_ || is_stopped_ || (client_ != 0 && runtime_ != 0 && unsaid() == 0);
    }
    [[nodiscard]] std::uint64_t client() const { return client_; }
    [[nodiscard]] std::uint64_t runtime() const { return runtime_; }
    [[nodiscard]] std::uint64_t heard_count() const { return heard_count_; }
    [[nodiscard]] std::size_t unsaid() const { return outgoing_.size() + in_flight_.size(); }

private:
    struct Incoming {
        std::uint64_t id = 0;
        std::string qualifier;
        std::string body;
    };

    io::Task<bool> sign_up();
    io::Task<bool> log_in();
    io::Task<bool> create_client();
    io::Task<bool> try_other_roles();
    io::Task<void> try_foreign_client();
    void tell_of(CallSeen seen, const Result<HttpAnswer>& answer);
    io::Task<void> poll();
    io::Task<void> tell();
    io::Task<Result<HttpAnswer>> call(std::string_view method,
                                      std::string body,
                                      std::uint32_t wait);
    io::Task<Result<HttpAnswer>> call_on(HttpClient& http,
                                         std::string_view method,
                                         std::string body,
                                         std::uint32_t wait);
    std::string interchange_body(bool tells, bool consumes);
    void understand(const HttpAnswer& answer, const std::vector<std::uint64_t>& consumed);
    static Incoming read_message(wire::JsonReader& in);
    void take(const Incoming& message);
    void end_client(std::string_view why);
    io::Task<void> pause(Duration duration);

    // --- over a socket (player_socket.cpp) ---
    // What was sent up to a ping, all of which its pong acknowledges.
    struct Beat {
        std::uint64_t number = 0;
        std::uint64_t messages = 0;  // sent on this socket so far
        bool is_out = false;
    };
    io::Task<void> converse();
    io::Task<bool> renew_connector();
    io::Task<void> speak(std::shared_ptr<services::WebSocket> socket);
    void listen_to(const services::SocketEvent& event);
    void understand_frame(std::string_view text);
    void acknowledged_by(std::string_view pong);
    bool say_next(services::WebSocket& socket);
    void hang_up();
    void follow_invitation(std::string_view body);

    io::Io io_;
    PlayerOptions options_;
    Observer& observer_;
    HttpClient http_;
    HttpClient talking_;
    io::Signal signal_;
    const std::string name_;  // as call_seen gives it
    std::uint64_t user_ = 0;
    std::string password_;
    std::string token_;
    Instant token_at_;
    Instant token_until_;
    std::uint64_t polls_ = 0;  // of this client
    std::uint64_t client_ = 0;
    std::uint64_t runtime_ = 0;
    std::uint64_t last_serial_ = 0;    // over all clients of this player
    std::uint64_t returns_after_ = 0;  // the answer to this one
    std::uint64_t last_taken_ = 0;     // the newest message id that was taken in
    std::uint64_t heard_count_ = 0;
    std::deque<GameMessage> outgoing_;
    std::deque<GameMessage> in_flight_;  // tried, not acknowledged
    std::vector<std::uint64_t> consumed_;
    bool is_silent_ = false;
    bool wants_new_client_ = false;
    bool is_stopped_ = false;

    SocketConfig connector_;  // for one socket
    std::shared_ptr<services::WebSocket> socket_;
    services::SocketMetrics socket_metrics_;
    std::uint64_t socket_mail_ = 0;  // the id that came last on this socket
    std::uint64_t sent_ = 0;         // of in_flight_, on this socket; what follows are counts, too
    std::uint64_t sent_total_ = 0;
    std::uint64_t acknowledged_total_ = 0;
    Beat beat_;
    PlayerRoom room_;
    io::TaskGroup tasks_;
};

}  // namespace playback::scenarios
