#include "scenarios/actors/stranger.h"

#include <algorithm>

#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "engine/wire/http1_client.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

constexpr std::string_view nothing = R"({"__object":true})";

bool is_refusal(int status) {
    return status >= 400 && status < 500;
}

std::uint64_t id_in(std::string_view body, std::string_view wanted) {
    std::uint64_t id = 0;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == wanted) id = in.id();
    });
    return id;
}

std::string text_in(std::string_view body, std::string_view wanted) {
    std::string text;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == wanted) text = in.string();
    });
    return text;
}

std::string interchange_of(std::uint64_t client, const std::vector<std::uint64_t>& consumed) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("client_id").id(client).key("outgoing_messages").array().end_array();
    out.key("consumed_messages").array();
    for (const std::uint64_t id : consumed) out.id(id);
    out.end_array().end_object();
    return body;
}

}  // namespace

Stranger::Stranger(const io::Io& io,
                   StrangerOptions options,
                   Random random,
                   Observer& observer,
                   Counts& counts)
    : io_(io),
      options_(std::move(options)),
      random_(random),
      observer_(observer),
      counts_(counts),
      tasks_(io_.executor) {
}

bool Stranger::start(std::string_view kind, const sim::PlanArgs& args) {
    static const std::map<std::string_view, Act> acts{
        {"client_slow_loris", &Stranger::loris},
        {"client_never_reads", &Stranger::never_read},
        {"client_abandons", &Stranger::abandon},
        {"client_pipelines", &Stranger::pipeline},
        {"client_garbage", &Stranger::garbage},
        {"client_malformed", &Stranger::malformed},
        {"client_oversized", &Stranger::oversized},
        {"client_forged_token", &Stranger::forge},
        {"client_lies_ids", &Stranger::lie_about_ids},
        {"client_lies_sequence", &Stranger::lie_about_sequence},
        {"client_replays", &Stranger::replay},
        {"idle_connections", &Stranger::idle},
        {"connection_churn", &Stranger::churn},
        {"password_flood", &Stranger::try_passwords},
    };
    const auto act = acts.find(kind);
    if (act == acts.end()) return false;
    const auto at_least = [&args](std::string_view name, std::int64_t least) {
        return std::max(sim::number_of(args, name, least), least);
    };
    Mischief how;
    how.pause = nanoseconds(at_least("pause_ns", milliseconds(1).ns));
    how.depth = static_cast<std::size_t>(at_least("depth", 1));
    const auto connections = static_cast<std::size_t>(at_least("connections", 1));
    for (std::size_t i = 0; i < connections; ++i) tasks_.spawn((this->*act->second)(how));
    return true;
}

void Stranger::stop() {
    is_over_ = true;
}

// --- slow and silent ---

io::Task<void> Stranger::loris(Mischief how) {
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        const std::string bytes = request(path_of("player", "create-user"), nothing);
        bool is_open = stream != nullptr;
        if (is_open) count("unfinished requests");
        const Instant since = observer_.moment();
        // All but the last byte, one by one.
        for (std::size_t i = 0; i + 1 < bytes.size() && is_open && !is_over_; ++i) {
            const std::string_view byte = std::string_view(bytes).substr(i, 1);
            const Result<void> sent = co_await stream->write(byte);
            is_open = sent.has_value();
            if (is_open) observer_.still_asking(since);
            co_await pause(how.pause);
        }
        stream.reset();
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::never_read(Mischief how) {
    const std::string bytes = request(path_of("player", "create-token"), R"({"user_id":"1"})");
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        bool is_open = stream != nullptr;
        while (is_open && !is_over_) {
            stream->expire_at(io_.clock.now() + options_.patience);
            const Result<void> sent = co_await stream->write(bytes);
            is_open = sent.has_value();
            if (is_open) count("unread answers");
            co_await pause(milliseconds(5));
        }
        stream.reset();
        co_await pause(how.pause + milliseconds(100));
    }
}

io::Task<void> Stranger::idle(Mischief how) {
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        if (stream != nullptr) {
            std::uint64_t& most = counts_["open connections"];
            most = std::max(most, ++open_);
            stream->expire_at(io_.clock.now() + seconds(3));
            std::string buffer(64, '\0');
            const Result<std::size_t> got = co_await stream->read_some(buffer);
            static_cast<void>(got);
            --open_;
        }
        stream.reset();
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::churn(Mischief how) {
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        if (stream != nullptr) count("connections made");
        stream.reset();
        co_await pause(how.pause);
    }
}

// --- hasty ---

io::Task<void> Stranger::abandon(Mischief how) {
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        if (stream != nullptr) {
            const std::string bytes = request(path_of("player", "create-user"), nothing);
            const Result<void> sent = co_await stream->write(bytes);
            if (sent) count("abandoned calls");
        }
        stream.reset();
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::pipeline(Mischief how) {
    const std::string one = request(path_of("player", "create-token"), R"({"user_id":"1"})");
    std::string many;
    for (std::size_t i = 0; i < how.depth; ++i) many += one;
    while (!is_over_) {
        std::unique_ptr<io::Stream> stream = co_await connect();
        std::size_t answers = 0;
        bool is_open = stream != nullptr;
        if (is_open) {
            stream->expire_at(io_.clock.now() + options_.patience);
            const Result<void> sent = co_await stream->write(many);
            is_open = sent.has_value();
        }
        std::string all;
        std::string buffer(4096, '\0');
        while (is_open && answers < how.depth) {
            const Result<std::size_t> got = co_await stream->read_some(buffer);
            is_open = got && *got > 0;
            if (!is_open) break;
            all.append(buffer, 0, *got);
            answers = 0;
            for (std::size_t at = all.find("HTTP/1.1 "); at != std::string::npos;
                 at = all.find("HTTP/1.1 ", at + 1))
                ++answers;
        }
        counts_["pipelined calls"] += answers;
        stream.reset();
        co_await pause(how.pause + milliseconds(20));
    }
}

// --- nonsense ---

io::Task<void> Stranger::garbage(Mischief how) {
    while (!is_over_) {
        std::string bytes = noise(16 + random_.below(2'000));
        bytes += "\r\n\r\n";
        const int status = co_await send_raw(std::move(bytes));
        if (is_refusal(status)) count("calls refused as no HTTP");
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::malformed(Mischief how) {
    static const std::vector<std::string> bodies{"",
                                                 "{",
                                                 "[1,2",
                                                 "null",
                                                 R"({"user_id":"x"})",
                                                 R"({"user_id":1e400})",
                                                 "{\"user_id\":\"\xff\"}"};
    while (!is_over_) {
        std::string body = bodies[random_.below(bodies.size())];
        const int status = co_await call("player", "create-token", std::move(body), "");
        if (is_refusal(status)) count("calls refused as malformed");
        if (status >= 200 && status < 300) observer_.intruded("create-token (malformed)", status);
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::oversized(Mischief how) {
    while (!is_over_) {
        const bool is_head = random_.chance(1, 2);
        std::string bytes = "POST " + path_of("player", "create-user") + " HTTP/1.1\r\nHost: x\r\n";
        if (is_head)
            bytes += "X-Long: " + std::string(200'000, 'x') + "\r\n\r\n";
        else
            bytes += "Content-Type: application/json\r\nContent-Length: 4000000000\r\n\r\n{";
        const int status = co_await send_raw(std::move(bytes));
        if (is_refusal(status)) count("calls refused as too large");
        co_await pause(how.pause);
    }
}

// --- lies ---

io::Task<void> Stranger::forge(Mischief how) {
    while (!is_over_) {
        // A head and a body that say what is wanted, signed by nobody.
        std::string token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwicm9sZSI6InBsYXllciJ9." +
                            std::to_string(random_.next());
        if (!account_.token.empty() && random_.chance(1, 2)) {
            token = account_.token;
            token[token.size() - 2] = token[token.size() - 2] == 'A' ? 'B' : 'A';
        }
        std::string body = interchange_of(1, {});
        const int status =
            co_await call("player", "interchange-messages", std::move(body), std::move(token));
        if (is_refusal(status)) count("calls refused as foreign");
        if (status >= 200 && status < 300)
            observer_.intruded("interchange-messages (forged)", status);
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::lie_about_ids(Mischief how) {
    while (!is_over_) {
        const bool known = co_await sign_up();
        const std::vector<std::uint64_t> victims = options_.victims();
        if (known && !victims.empty()) {
            const std::uint64_t victim = victims[random_.below(victims.size())];
            std::string body = interchange_of(victim, {});
            const int status =
                co_await call("player", "interchange-messages", std::move(body), account_.token);
            if (is_refusal(status)) count("lies about ids");
            if (status >= 200 && status < 300)
                observer_.intruded("interchange-messages (of somebody else)", status);
        }
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::lie_about_sequence(Mischief how) {
    while (!is_over_) {
        const bool known = co_await sign_up();
        if (known) {
            std::vector<std::uint64_t> consumed(8);
            for (std::uint64_t& id : consumed)
                id = random_.chance(1, 2) ? random_.below(1'000) : random_.next() >> 1;
            std::string body = interchange_of(account_.client, consumed);
            const int status =
                co_await call("player", "interchange-messages", std::move(body), account_.token);
            if (status > 0) count("lies about sequence");
            if (status == 404) account_ = {};
        }
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::replay(Mischief how) {
    while (!is_over_) {
        const bool known = co_await sign_up();
        if (known) {
            // The same bytes again and again: what was consumed stays consumed.
            std::string body = interchange_of(account_.client, {account_.client});
            const int status =
                co_await call("player", "interchange-messages", std::move(body), account_.token);
            if (status > 0) count("replayed calls");
            if (status == 404) account_ = {};
        }
        co_await pause(how.pause);
    }
}

io::Task<void> Stranger::try_passwords(Mischief how) {
    while (!is_over_) {
        const bool known = co_await sign_up();
        if (known) {
            std::string body;
            wire::JsonWriter out(body);
            out.object().key("user_id").id(account_.user);
            out.key("password").string("wrong").end_object();
            const int status = co_await call("player", "create-token", std::move(body), "");
            if (is_refusal(status)) count("wrong passwords");
            if (status >= 200 && status < 300) observer_.intruded("create-token (wrong)", status);
        }
        co_await pause(how.pause);
    }
}

// --- how it is done ---

io::Task<std::unique_ptr<io::Stream>> Stranger::connect() {
    const Instant deadline = io_.clock.now() + options_.patience;
    Result<std::unique_ptr<io::Stream>> connected =
        co_await io_.network.connect(options_.target, deadline);
    if (!connected) {
        co_await pause(milliseconds(100));
        co_return nullptr;
    }
    co_return std::move(*connected);
}

io::Task<int> Stranger::send_raw(std::string bytes) {
    std::unique_ptr<io::Stream> stream = co_await connect();
    if (stream == nullptr) co_return 0;
    stream->expire_at(io_.clock.now() + options_.patience);
    // The answer may come before the end of what is refused, and end the sending.
    const Result<void> sent = co_await stream->write(bytes);
    static_cast<void>(sent);
    std::string answer;
    std::string buffer(1024, '\0');
    constexpr std::string_view version = "HTTP/1.1 ";
    while (answer.size() < version.size() + 3) {
        const Result<std::size_t> got = co_await stream->read_some(buffer);
        if (!got || *got == 0) co_return 0;
        answer.append(buffer, 0, *got);
    }
    if (!answer.starts_with(version)) co_return 0;
    int status = 0;
    for (const char digit : std::string_view(answer).substr(version.size(), 3))
        status = status * 10 + (digit - '0');
    co_return status;
}

io::Task<int> Stranger::call(std::string_view role,
                             std::string_view method,
                             std::string body,
                             std::string token) {
    HttpClient http(io_, options_.target);
    HttpCall call;
    call.path = path_of(role, method);
    call.token = std::move(token);
    call.body = std::move(body);
    call.patience = options_.patience;
    const Result<HttpAnswer> answer = co_await http.call(std::move(call));
    co_return answer ? answer->status : 0;
}

// An account of its own, made once: a user, a token, a client.
io::Task<bool> Stranger::sign_up() {
    if (account_.client != 0) co_return true;
    Account made;
    HttpCall call;
    call.path = path_of("player", "create-user");
    call.body = nothing;
    call.patience = options_.patience;
    HttpClient http(io_, options_.target);
    Result<HttpAnswer> answer = co_await http.call(std::move(call));
    if (!answer || !answer->ok()) co_return false;
    made.user = id_in(answer->body, "user_id");
    const std::string password = text_in(answer->body, "password");
    HttpCall login;
    login.path = path_of("player", "create-token");
    wire::JsonWriter out(login.body);
    out.object().key("user_id").id(made.user).key("password").string(password).end_object();
    login.patience = options_.patience;
    answer = co_await http.call(std::move(login));
    if (!answer || !answer->ok()) co_return false;
    made.token = text_in(answer->body, "raw_token");
    HttpCall enter;
    enter.path = path_of("player", "create-client");
    enter.token = made.token;
    wire::JsonWriter place(enter.body);
    place.object().key("tenant").string(options_.tenant);
    place.key("project").string(options_.project).key("stage").string(options_.stage).end_object();
    enter.patience = options_.patience;
    answer = co_await http.call(std::move(enter));
    if (!answer || !answer->ok()) co_return false;
    made.client = id_in(answer->body, "client_id");
    account_ = std::move(made);
    co_return true;
}

io::Task<void> Stranger::pause(Duration time) {
    const Instant next = io_.clock.now() + time;
    co_await io::sleep_until(io_.clock, next);
}

std::string Stranger::request(std::string_view path, std::string_view body) const {
    const std::string host = io::to_string(options_.target);
    wire::ClientRequest request;
    request.method = "POST";
    request.target = path;
    request.host = host;
    request.body = body;
    std::string bytes;
    wire::append_request(bytes, request);
    return bytes;
}

std::string Stranger::noise(std::size_t bytes) {
    std::string text(bytes, '\0');
    random_.fill(text);
    return text;
}

}  // namespace playback::scenarios
