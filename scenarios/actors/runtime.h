// Runtime: a game server as it runs in a container. Answers what its clients say.
//
// The sample runtime of `tools/run` and the containers of the simulator are this coroutine. It
// takes its identity from the environment that the node gave the container (omgservers.md 7.2),
// asks for its token, and then polls; answers are sent again until acknowledged.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {

struct RuntimeOptions {
    std::uint64_t runtime = 0;
    std::string password;
    io::Endpoint target;
    std::uint32_t long_poll_seconds = 5;  // 0: poll by the interval
    Duration poll_interval = milliseconds(330);
    Duration patience = seconds(10);
    Duration retry_pause = milliseconds(200);
    // Existing SDKs end at the first failed poll (omgservers.md E1); ours goes on.
    bool ends_at_first_failure = false;
    // Each time it was let in: what it may connect in real time with ("dispatcher_config"). And
    // whether it should ask for that again.
    std::function<void(std::string_view)> let_in;
    std::function<bool()> wants_token;
    // A lobby numbers its requests for matches, and hears what becomes of them; and states for how
    // long each is to be looked for (0: for ever).
    bool has_tickets = false;
    std::uint32_t ticket_timeout_s = 0;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

// From OMGSERVERS_RUNTIME_ID, OMGSERVERS_PASSWORD and OMGSERVERS_SERVICE_URL. Fails with
// invalid_argument, naming the variable.
Result<RuntimeOptions> runtime_options(const Environment& environment);

class Runtime {
public:
    Runtime(const io::Io& io, RuntimeOptions options, Observer& observer);

    // Runs until the node says that the runtime is gone, or `stop`.
    io::Task<void> run();
    void stop() { is_stopped_ = true; }

private:
    struct Outgoing {
        std::uint64_t client = 0;
        GameMessage answer;
        bool is_profile = false;
        std::string_view wish = {};  // the qualifier that it becomes, instead of an answer
        // The client left since: it may have been ignored, also if the client is back by now.
        bool is_void = false;
        std::uint64_t user = 0;    // of a profile
        std::uint64_t ticket = 0;  // the number of a request, or of the one to cancel
    };
    struct Seat {
        std::uint64_t user = 0;
        std::uint64_t profile_version = 0;
        std::uint64_t ticket = 0;  // the last number of a request for it
    };

    io::Task<bool> log_in();
    io::Task<bool> poll();
    [[nodiscard]] std::size_t answers_of_call() const;
    std::string interchange_body();
    void understand(const std::string& body, const std::vector<std::uint64_t>& consumed);
    void tell_of(std::string_view method,
                 std::uint32_t wait,
                 Instant left,
                 const Result<HttpAnswer>& answer);
    void take(std::string_view qualifier, std::string_view body);
    void created(std::string_view body);
    void grant(std::uint64_t client, const GameMessage& said);
    [[nodiscard]] std::string_view wish_of_lobby(const GameMessage& said) const;
    void write_wish(wire::JsonWriter& out, const Outgoing& item);
    void hear_of_ticket(std::string_view body);
    void acknowledged(const Outgoing& item);
    void left(std::uint64_t client);

    io::Io io_;
    RuntimeOptions options_;
    Observer& observer_;
    HttpClient http_;
    const std::string name_;  // as call_seen gives it
    std::string token_;
    Instant token_at_;
    Instant token_until_;
    std::deque<Outgoing> outgoing_;
    std::deque<Outgoing> unsure_;  // answered, but a removal of its client may still wait
    std::vector<std::uint64_t> consumed_;
    std::uint64_t last_taken_ = 0;
    std::map<std::uint64_t, Seat> seats_;  // by client
    std::string mode_;                     // of a match
    std::uint64_t last_ticket_ = 0;
    bool is_gone_ = false;
    bool is_stopped_ = false;
};

}  // namespace playback::scenarios
