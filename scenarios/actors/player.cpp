#include "scenarios/actors/player.h"

#include <algorithm>
#include <array>

#include "engine/io/clock.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::scenarios {
namespace {

constexpr std::size_t messages_per_call_max = 64;
constexpr std::uint64_t call_bytes_max = 500'000;  // about; a call may have twice that
constexpr Duration token_lifetime = minutes(50);   // the node's default is an hour
constexpr std::uint64_t long_message = 40'000;     // two of them do not fit into one answer
constexpr std::uint64_t long_serials_max = 24;     // and so many can be fetched again in time

// One member of a flat answer: an id or a string.
struct SignedUp {
    std::uint64_t user = 0;
    std::string password;
    std::string token;
    std::uint64_t client = 0;
    SocketConfig connector;
};

SignedUp parse_answer(std::string_view body) {
    SignedUp answer;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == "user_id")
            answer.user = in.id();
        else if (name == "password")
            answer.password = in.string();
        else if (name == "raw_token")
            answer.token = in.string();
        else if (name == "client_id")
            answer.client = in.id();
        else if (name == "connector_config")
            answer.connector = parse_socket_config(in.raw().view());
    });
    return answer;
}

}  // namespace

Player::Player(const io::Io& io, PlayerOptions options, Observer& observer)
    : io_(io),
      options_(std::move(options)),
      observer_(observer),
      http_(io_, options_.target),
      talking_(io_, options_.target),
      signal_(io_.clock),
      name_("player " + std::to_string(options_.number)),
      socket_metrics_(io_.metrics, "player actor"),
      room_(io_, options_.target, observer_),
      tasks_(io_.executor) {
}

io::Task<void> Player::play() {
    const bool joined = co_await join();
    if (joined) co_await stay();
}

io::Task<bool> Player::join() {
    while (!is_stopped_) {
        bool done = user_ != 0;
        if (!done) done = co_await sign_up();
        if (done) done = co_await log_in();
        if (done && options_.tries_other_roles) done = co_await try_other_roles();
        if (done) done = co_await create_client();
        if (done) co_return true;
        co_await pause(options_.retry_pause);
    }
    co_return false;
}

io::Task<void> Player::stay() {
    while (!is_stopped_) {
        if (is_silent_) {
            co_await signal_.wait();
        } else if (client_ == 0 || wants_new_client_) {
            wants_new_client_ = false;
            if (client_ != 0) observer_.client_left(client_);
            end_client("");
            co_await join();
        } else {
            if (polls_ == 2 && options_.foreign_client) co_await try_foreign_client();
            ++polls_;
            if (client_ == 0) continue;
            if (options_.uses_socket)
                co_await converse();
            else
                co_await poll();
        }
    }
}

void Player::say(bool sets_profile) {
    GameMessage message;
    message.serial = ++last_serial_;
    message.sets_profile = sets_profile;
    if (options_.talks_much && message.serial % 3 == 0 && message.serial <= long_serials_max)
        message.padding = long_message;
    outgoing_.push_back(message);
    signal_.notify_all();
}

void Player::save_and_return() {
    say(true);
    returns_after_ = last_serial_;
}

void Player::wish(std::string_view what) {
    say(false);
    outgoing_.back().wish = what;
}

void Player::go_silent() {
    is_silent_ = true;
    if (client_ != 0) observer_.client_left(client_);
    hang_up();
    signal_.notify_all();
}

void Player::come_back() {
    is_silent_ = false;
    wants_new_client_ = true;
    hang_up();
    signal_.notify_all();
}

void Player::stop() {
    is_stopped_ = true;
    hang_up();
    signal_.notify_all();
}

io::Task<Result<HttpAnswer>> Player::call(std::string_view method,
                                          std::string body,
                                          std::uint32_t wait) {
    return call_on(http_, method, std::move(body), wait);
}

io::Task<Result<HttpAnswer>> Player::call_on(HttpClient& http,
                                             std::string_view method,
                                             std::string body,
                                             std::uint32_t wait) {
    HttpCall call;
    call.path = path_of("player", method);
    call.token = token_;
    call.body = std::move(body);
    call.wait_seconds = wait;
    call.patience = options_.patience + seconds(wait);
    call.is_chunked = options_.sends_chunks;
    call.pings_ahead = options_.pings_ahead;
    const bool has_token = !call.token.empty();
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer = co_await http.call(std::move(call));
    observer_.called(method, answer ? answer->status : 0);
    CallSeen seen;
    seen.method = method;
    seen.left = left;
    seen.wait_seconds = wait;
    seen.has_token = has_token;
    tell_of(seen, answer);
    co_return answer;
}

void Player::tell_of(CallSeen seen, const Result<HttpAnswer>& answer) {
    seen.caller = name_;
    seen.token_at = token_at_;
    show_answer(answer, seen);
    observer_.call_seen(seen);
    if (!answer || !options_.pings_ahead) return;
    CallSeen ping = seen;
    ping.method = "ping-service";
    ping.was_held = seen.wait_seconds > 0;
    ping.has_retry_after = true;
    ping.status = answer->ping_status;
    ping.body = ping.status < 300 ? "{}" : R"({"qualifier":"NOT_LOOKED_AT"})";
    ping.content_type = "application/json";
    observer_.call_seen(ping);
}

io::Task<bool> Player::sign_up() {
    observer_.user_wanted(options_.number);
    Result<HttpAnswer> answer = co_await call("create-user", R"({"__object":true})", 0);
    if (!answer || !answer->ok()) co_return false;
    SignedUp made = parse_answer(answer->body);
    user_ = made.user;
    password_ = std::move(made.password);
    observer_.signed_up(options_.number, user_);
    co_return true;
}

io::Task<bool> Player::log_in() {
    if (!token_.empty() && io_.clock.now() < token_until_) co_return true;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user_id").id(user_).key("password").string(password_).end_object();
    token_.clear();
    token_at_ = observer_.moment();
    Result<HttpAnswer> answer = co_await call("create-token", std::move(body), 0);
    if (answer && (answer->status == 401 || answer->status == 404)) {
        observer_.login_refused(options_.number, user_, answer->status);
    }
    if (!answer || !answer->ok()) co_return false;
    SignedUp made = parse_answer(answer->body);
    token_ = std::move(made.token);
    token_until_ = io_.clock.now() + token_lifetime;
    if (options_.talks_apart) signal_.notify_all();
    co_return true;
}

io::Task<bool> Player::create_client() {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("tenant").string(options_.tenant);
    out.key("project").string(options_.project).key("stage").string(options_.stage).end_object();
    observer_.client_wanted(user_);
    Result<HttpAnswer> answer = co_await call("create-client", std::move(body), 0);
    if (answer && answer->status == 401) token_.clear();
    if (!answer || !answer->ok()) co_return false;
    SignedUp made = parse_answer(answer->body);
    client_ = made.client;
    connector_ = std::move(made.connector);
    observer_.client_created(options_.number, user_, client_);
    if (is_silent_) observer_.client_left(client_);  // it went while we asked
    co_return true;
}

io::Task<bool> Player::try_other_roles() {
    static constexpr std::array paths{
        std::string_view("admin/request/generate-id"),
        std::string_view("support/request/create-tenant"),
        std::string_view("developer/request/get-tenant-details"),
        std::string_view("runtime/request/interchange-messages"),
    };
    for (const std::string_view path : paths) {
        HttpCall call;
        call.path = std::string(entrypoint) + std::string(path);
        call.token = token_;
        call.body = R"({"tenant":"1"})";
        call.patience = options_.patience;
        Result<HttpAnswer> answer = co_await http_.call(std::move(call));
        if (!answer) co_return false;
        const bool is_refused = answer->status == 403 || answer->status == 401;
        if (is_refused)
            observer_.kept_out();
        else if (answer->ok())
            observer_.intruded(path, answer->status);
    }
    options_.tries_other_roles = false;
    co_return true;
}

// Says and consumes nothing: what it must not, it must not even look at.
io::Task<void> Player::try_foreign_client() {
    const std::uint64_t foreign = options_.foreign_client(user_);
    if (foreign == 0 || token_.empty()) co_return;
    HttpCall call;
    call.path = path_of("player", "interchange-messages");
    call.token = token_;
    call.patience = options_.patience;
    wire::JsonWriter out(call.body);
    out.object().key("client_id").id(foreign).key("outgoing_messages").array().end_array();
    out.key("consumed_messages").array().end_array().end_object();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    if (answer) observer_.trespassed(foreign, answer->status);
}

std::string Player::interchange_body(bool tells, bool consumes) {
    std::uint64_t bytes = 0;
    for (const GameMessage& message : in_flight_) bytes += message.padding;
    while (tells && in_flight_.size() < messages_per_call_max && bytes < call_bytes_max &&
           !outgoing_.empty() && runtime_ != 0) {
        in_flight_.push_back(outgoing_.front());
        outgoing_.pop_front();
        bytes += in_flight_.back().padding;
    }
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("client_id").id(client_).key("outgoing_messages").array();
    for (const GameMessage& message : in_flight_) {
        if (!tells) break;
        observer_.said(client_, message.serial);
        const JsonText text = JsonText::trusted(to_json(message));
        const bool old = options_.first_generation;
        out.object().key("qualifier").string(old ? "CLIENT_OUTGOING_MESSAGE" : "MESSAGE_PRODUCED");
        out.key("body").object().key(old ? "data" : "message").raw(text);
        out.end_object().end_object();
    }
    out.end_array().key("consumed_messages").array();
    for (const std::uint64_t id : consumed_) {
        if (consumes) out.id(id);
    }
    out.end_array().end_object();
    return body;
}

io::Task<void> Player::poll() {
    const bool logged_in = co_await log_in();
    if (!logged_in) {
        co_await pause(options_.retry_pause);
        co_return;
    }
    const bool tells = !options_.talks_apart;
    const bool consumes = !options_.consumes_late || polls_ % 2 == 0;
    std::string body = interchange_body(tells, consumes);
    std::vector<std::uint64_t> consumed;
    if (consumes) consumed = consumed_;
    const std::size_t told = tells ? in_flight_.size() : 0;
    const bool may_wait = options_.long_poll && told == 0;
    const std::string_view method =
        options_.first_generation ? "interchange" : "interchange-messages";
    const std::uint64_t client = client_;
    const std::uint32_t wait = may_wait ? options_.long_poll_seconds : 0;
    observer_.client_calling(client_);
    observer_.mail_consuming(MailboxOf::client, client_, consumed);
    Result<HttpAnswer> answer = co_await call(method, std::move(body), wait);
    if (client != client_) co_return;
    if (!answer || !answer->ok()) {
        if (answer && answer->status == 401) token_.clear();
        if (answer && answer->status == 404) {
            observer_.client_not_found(client_);
            end_client("not found");
        }
        co_await pause(options_.retry_pause);
        co_return;
    }
    if (consumes) consumed_.clear();
    for (; tells && !in_flight_.empty(); in_flight_.pop_front()) {
        observer_.say_acknowledged(client_, in_flight_.front().serial);
    }
    understand(*answer, consumed);
    // Not before: an answer that says that the client has ended is no sign of life.
    if (client_ != 0) observer_.client_active(client_);
    if (!options_.long_poll) co_await pause(options_.poll_interval);
}

io::Task<void> Player::talk() {
    while (!is_stopped_) {
        const bool has_words = !in_flight_.empty() || (!outgoing_.empty() && runtime_ != 0);
        if (has_words && is_playing() && !token_.empty())
            co_await tell();
        else
            co_await signal_.wait();
    }
}

// Consumes nothing: the long poll beside it does, and knows what it has consumed.
io::Task<void> Player::tell() {
    std::string body = interchange_body(true, false);
    const std::uint64_t client = client_;
    const std::string_view method =
        options_.first_generation ? "interchange" : "interchange-messages";
    Result<HttpAnswer> answer = co_await call_on(talking_, method, std::move(body), 0);
    if (client != client_) co_return;
    if (!answer || !answer->ok()) {
        co_await pause(options_.retry_pause);
        co_return;
    }
    for (; !in_flight_.empty(); in_flight_.pop_front()) {
        observer_.say_acknowledged(client_, in_flight_.front().serial);
    }
}

Player::Incoming Player::read_message(wire::JsonReader& in) {
    Incoming message;
    in.object([&](std::string_view member) {
        if (member == "id")
            message.id = in.id();
        else if (member == "qualifier")
            message.qualifier = in.string();
        else if (member == "body")
            message.body = in.raw().view();
    });
    return message;
}

void Player::understand(const HttpAnswer& answer, const std::vector<std::uint64_t>& consumed) {
    std::vector<Incoming> messages;
    std::vector<std::uint64_t> ids;
    wire::JsonReader in(answer.body);
    in.object([&](std::string_view name) {
        if (name != "incoming_messages") return;
        in.array([&] { messages.push_back(read_message(in)); });
    });
    CHECK(in.finish().has_value());
    ids.reserve(messages.size());
    for (const Incoming& message : messages) ids.push_back(message.id);
    observer_.mail_answered(MailboxOf::client, client_, consumed, ids);
    for (const Incoming& message : messages) {
        if (std::ranges::find(consumed_, message.id) == consumed_.end())
            consumed_.push_back(message.id);
        if (message.id <= last_taken_) continue;  // it was on its way when we consumed it
        last_taken_ = message.id;
        take(message);
    }
}

void Player::take(const Incoming& message) {
    const std::string_view kind = message.qualifier;
    if (kind == "CLIENT_GREETED" || kind == "SERVER_WELCOME_MESSAGE") {
        std::uint64_t version = 0;
        wire::JsonReader in(message.body);
        in.object([&](std::string_view name) {
            if (name == "version_id") version = in.id();
        });
        observer_.greeted(client_);
        observer_.greeted_in(client_, version);
    } else if (kind == "RUNTIME_ASSIGNED" || kind == "RUNTIME_ASSIGNMENT_MESSAGE") {
        wire::JsonReader in(message.body);
        in.object([&](std::string_view name) {
            if (name == "runtime_id") runtime_ = in.id();
        });
        observer_.assigned(client_, runtime_);
        room_.leave();
        if (options_.talks_apart || options_.uses_socket) signal_.notify_all();
    } else if (kind == "CONNECTION_UPGRADED" || kind == "CONNECTION_UPGRADE_MESSAGE") {
        follow_invitation(message.body);
    } else if (kind == "CLIENT_DELETED" || kind == "DISCONNECTION_REASON_MESSAGE") {
        end_client(message.body);
    } else if (kind == "MESSAGE_PRODUCED" || kind == "SERVER_OUTGOING_MESSAGE") {
        JsonText text;
        wire::JsonReader in(message.body);
        in.object([&](std::string_view name) {
            if (name == "message") text = in.raw();
        });
        const Result<GameMessage> said = parse_game_message(text.view());
        if (!said) return;
        ++heard_count_;
        observer_.heard(client_, message.id, said->serial);
        if (said->serial != returns_after_) return;
        wants_new_client_ = true;
        hang_up();
    }
}

void Player::end_client(std::string_view why) {
    if (client_ != 0 && !why.empty()) observer_.client_ended(client_, why);
    client_ = 0;
    runtime_ = 0;
    last_taken_ = 0;
    polls_ = 0;
    consumed_.clear();
    in_flight_.clear();  // their fate is unknown; a new client says new things
    room_.leave();
    hang_up();
}

io::Task<void> Player::pause(Duration duration) {
    co_await signal_.wait(io_.clock.now() + duration);
}

}  // namespace playback::scenarios
