#include "scenarios/actors/runtime.h"

#include <charconv>

#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/modes.h"

namespace playback::scenarios {
namespace {

constexpr std::size_t answers_per_call_max = 64;
constexpr std::uint64_t call_bytes_max = 500'000;  // about
constexpr Duration token_lifetime = minutes(50);
// A longer answer may be cut: what does not fit into 64 KiB comes with the next one, and no message
// of our games is as long as half of that and some more.
constexpr std::size_t whole_answer_bytes = 20'000;

std::string_view value_of(const Environment& environment, std::string_view name) {
    for (const auto& [key, value] : environment) {
        if (key == name) return value;
    }
    return {};
}

struct Mail {
    std::uint64_t id = 0;
    std::string qualifier;
    std::string body;
};

}  // namespace

Result<RuntimeOptions> runtime_options(const Environment& environment) {
    RuntimeOptions options;
    const std::string_view id = value_of(environment, "OMGSERVERS_RUNTIME_ID");
    const auto parsed = std::from_chars(id.data(), id.data() + id.size(), options.runtime);
    if (parsed.ec != std::errc{} || id.empty())
        return Error{Errc::invalid_argument, "OMGSERVERS_RUNTIME_ID must be a number"};
    options.password = value_of(environment, "OMGSERVERS_PASSWORD");
    if (options.password.empty())
        return Error{Errc::invalid_argument, "OMGSERVERS_PASSWORD must be set"};
    std::string_view url = value_of(environment, "OMGSERVERS_SERVICE_URL");
    if (url.starts_with("http://")) url.remove_prefix(7);
    url = url.substr(0, url.find('/'));
    Result<io::Endpoint> target = io::parse_endpoint(url);
    if (!target)
        return Error{Errc::invalid_argument, "OMGSERVERS_SERVICE_URL: " + target.error().detail};
    options.target = *std::move(target);
    return options;
}

Runtime::Runtime(const io::Io& io, RuntimeOptions options, Observer& observer)
    : io_(io),
      options_(std::move(options)),
      observer_(observer),
      http_(io_, options_.target),
      name_("runtime " + std::to_string(options_.runtime)) {
}

io::Task<void> Runtime::run() {
    while (!is_stopped_ && !is_gone_) {
        bool done = co_await log_in();
        if (done) done = co_await poll();
        if (done) continue;
        if (options_.ends_at_first_failure) break;
        co_await io::sleep_until(io_.clock, io_.clock.now() + options_.retry_pause);
    }
    observer_.runtime_ended(options_.runtime);
}

io::Task<bool> Runtime::log_in() {
    const bool wants_another = options_.wants_token && options_.wants_token();
    if (!token_.empty() && !wants_another && io_.clock.now() < token_until_) co_return true;
    HttpCall call;
    call.path = path_of("runtime", "create-token");
    call.patience = options_.patience;
    wire::JsonWriter out(call.body);
    out.object().key("runtime_id").id(options_.runtime);
    out.key("password").string(options_.password).end_object();
    const Instant left = observer_.moment();
    token_at_ = left;
    token_.clear();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called("runtime create-token", answer ? answer->status : 0);
    tell_of("runtime create-token", 0, left, answer);
    // Gone, or another container of this runtime has the newer password.
    if (answer && (answer->status == 404 || answer->status == 401)) is_gone_ = true;
    if (!answer || !answer->ok()) co_return false;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "api_token")
            token_ = in.string();
        else if (name == "dispatcher_config" && options_.let_in)
            options_.let_in(in.raw().view());
    });
    token_until_ = io_.clock.now() + token_lifetime;
    observer_.runtime_started(options_.runtime);
    co_return true;
}

void Runtime::tell_of(std::string_view method,
                      std::uint32_t wait,
                      Instant left,
                      const Result<HttpAnswer>& answer) {
    CallSeen seen;
    seen.caller = name_;
    seen.method = method;
    seen.left = left;
    seen.wait_seconds = wait;
    seen.has_token = !token_.empty();
    seen.token_at = token_at_;
    show_answer(answer, seen);
    observer_.call_seen(seen);
}

// How many of those that wait go with one call.
std::size_t Runtime::answers_of_call() const {
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    while (count < outgoing_.size() && count < answers_per_call_max && bytes < call_bytes_max)
        bytes += outgoing_[count++].answer.padding;
    return count;
}

std::string Runtime::interchange_body() {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("outgoing_messages").array();
    for (std::size_t i = 0; i < answers_of_call(); ++i) {
        const Outgoing& item = outgoing_[i];
        const std::string_view answer = item.is_profile ? "SET_PROFILE" : "RESPOND_CLIENT";
        out.object().key("qualifier").string(item.wish.empty() ? answer : item.wish);
        out.key("body").object().key("client_id").id(item.client);
        if (!item.wish.empty()) {
            write_wish(out, item);
        } else if (item.is_profile) {
            // Also if the client has left: it may be back, as the node sees it.
            observer_.profile_tried(item.user, item.answer.serial);
            out.key("profile").object().key("v").unsigned_integer(item.answer.serial).end_object();
        } else {
            observer_.answered(options_.runtime, item.client, item.answer.serial);
            out.key("message").raw(JsonText::trusted(to_json(item.answer)));
        }
        out.end_object().end_object();
    }
    out.end_array().key("consumed_messages").array();
    for (const std::uint64_t id : consumed_) out.id(id);
    out.end_array().end_object();
    return body;
}

void Runtime::write_wish(wire::JsonWriter& out, const Outgoing& item) {
    if (item.wish == "UPGRADE_CONNECTION") {
        out.key("protocol").string("DISPATCHER");
        return;
    }
    if (item.wish != "CANCEL_MATCHMAKING") out.key("mode").string(item.answer.wish);
    if (item.ticket == 0) return;
    out.key("ticket").unsigned_integer(item.ticket);
    if (item.wish != "REQUEST_MATCHMAKING") return;
    if (options_.ticket_timeout_s != 0)
        out.key("timeout_seconds").unsigned_integer(options_.ticket_timeout_s);
    TicketAsked asked;
    asked.runtime = options_.runtime;
    asked.client = item.client;
    asked.number = item.ticket;
    asked.mode = item.answer.wish;
    asked.timeout = seconds(options_.ticket_timeout_s);
    observer_.ticket_asked(asked);
}

io::Task<bool> Runtime::poll() {
    HttpCall call;
    call.path = path_of("runtime", "interchange-messages");
    call.token = token_;
    call.body = interchange_body();
    const std::size_t sent = answers_of_call();
    call.wait_seconds = sent == 0 ? options_.long_poll_seconds : 0;
    call.patience = options_.patience + seconds(call.wait_seconds);
    const std::uint32_t wait = call.wait_seconds;
    const std::vector<std::uint64_t> consumed = consumed_;
    const Instant left = observer_.moment();
    observer_.mail_consuming(MailboxOf::runtime, options_.runtime, consumed);
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called("runtime interchange", answer ? answer->status : 0);
    tell_of("runtime interchange", wait, left, answer);
    if (answer && answer->status == 404) {
        is_gone_ = true;
        observer_.runtime_not_found(options_.runtime);
    }
    if (answer && answer->status == 401) token_.clear();
    if (!answer || !answer->ok()) co_return false;
    consumed_.clear();
    // First what came: if a client had left before our answers were read, its removal is in the
    // mailbox by now, and what we said to it was rightly ignored.
    observer_.runtime_polled(options_.runtime, left, seconds(wait));
    understand(answer->body, consumed);
    for (std::size_t i = 0; i < sent; ++i) {
        unsure_.push_back(std::move(outgoing_.front()));
        outgoing_.pop_front();
    }
    for (; answer->body.size() < whole_answer_bytes && !unsure_.empty(); unsure_.pop_front())
        acknowledged(unsure_.front());
    if (options_.long_poll_seconds == 0) {
        co_await io::sleep_until(io_.clock, io_.clock.now() + options_.poll_interval);
    }
    co_return true;
}

void Runtime::acknowledged(const Outgoing& item) {
    if (item.wish == "REQUEST_MATCHMAKING" && item.ticket != 0)
        observer_.ticket_acknowledged(options_.runtime, item.ticket);
    const auto seat = seats_.find(item.client);
    if (seat == seats_.end() || item.is_void || !item.wish.empty()) return;
    if (item.is_profile)
        observer_.profile_acknowledged(item.user, item.answer.serial);
    else
        observer_.answer_acknowledged(options_.runtime, item.client, item.answer.serial);
}

void Runtime::understand(const std::string& body, const std::vector<std::uint64_t>& consumed) {
    std::vector<Mail> mails;
    std::vector<std::uint64_t> ids;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name != "incoming_messages") return;
        in.array([&] {
            Mail mail;
            in.object([&](std::string_view member) {
                if (member == "id")
                    mail.id = in.id();
                else if (member == "qualifier")
                    mail.qualifier = in.string();
                else if (member == "body")
                    mail.body = in.raw().view();
            });
            mails.push_back(std::move(mail));
        });
    });
    CHECK(in.finish().has_value());
    ids.reserve(mails.size());
    for (const Mail& mail : mails) ids.push_back(mail.id);
    observer_.mail_answered(MailboxOf::runtime, options_.runtime, consumed, ids);
    for (const Mail& mail : mails) {
        consumed_.push_back(mail.id);
        if (mail.id <= last_taken_) continue;
        last_taken_ = mail.id;
        take(mail.qualifier, mail.body);
    }
}

void Runtime::left(std::uint64_t client) {
    seats_.erase(client);
    for (std::deque<Outgoing>* items : {&outgoing_, &unsure_})
        for (Outgoing& item : *items) item.is_void |= item.client == client;
}

void Runtime::created(std::string_view body) {
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name != "runtime_config") return;
        in.object([&](std::string_view part) {
            if (part != "match" || in.null()) return;
            in.object([&](std::string_view member) {
                if (member == "mode") mode_ = in.string();
            });
        });
    });
    if (!mode_.empty()) observer_.match_opened(options_.runtime, mode_);
}

// Beside the answer: an invitation to the real-time socket; a lobby looks for a match, a match lets
// go or takes nobody any more.
void Runtime::grant(std::uint64_t client, const GameMessage& said) {
    std::string_view wish;
    if (said.wish == "upgrade")
        wish = "UPGRADE_CONNECTION";
    else if (mode_.empty())
        wish = wish_of_lobby(said);
    else if (said.wish == "leave")
        wish = "KICK_CLIENT";
    else if (said.wish == "stop")
        wish = "STOP_MATCHMAKING";
    if (wish.empty()) return;
    outgoing_.push_back({client, said, false, wish});
    if (seats_of_mode(said.wish) != 0 || wish == "KICK_CLIENT")
        observer_.may_leave(options_.runtime, client);
    const auto seat = seats_.find(client);
    if (!options_.has_tickets || seat == seats_.end()) return;
    if (wish == "REQUEST_MATCHMAKING") seat->second.ticket = ++last_ticket_;
    if (wish == "REQUEST_MATCHMAKING" || wish == "CANCEL_MATCHMAKING")
        outgoing_.back().ticket = seat->second.ticket;
}

// "chess" is a mode that there is not.
std::string_view Runtime::wish_of_lobby(const GameMessage& said) const {
    if (seats_of_mode(said.wish) != 0) return "REQUEST_MATCHMAKING";
    if (!options_.has_tickets) return "";
    if (said.wish == "chess") return "REQUEST_MATCHMAKING";
    if (said.wish == "cancel") return "CANCEL_MATCHMAKING";
    return said.wish == "where" ? "SHOW_MATCHMAKING" : "";
}

void Runtime::hear_of_ticket(std::string_view body) {
    TicketTold told;
    told.runtime = options_.runtime;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (in.null()) return;
        if (name == "client_id")
            told.client = in.id();
        else if (name == "ticket")
            told.number = in.id();
        else if (name == "mode")
            told.mode = in.string();
        else if (name == "status")
            told.status = in.string();
        else if (name == "reason")
            told.reason = in.string();
        else if (name == "position") {
            told.has_position = true;
            told.position = in.int64();
        } else if (name == "estimated_wait_ms") {
            told.has_estimate = true;
            told.estimate_ms = in.int64();
        }
    });
    CHECK(in.finish().has_value());
    observer_.ticket_told(told);
}

void Runtime::take(std::string_view qualifier, std::string_view body) {
    if (qualifier == "RUNTIME_CREATED") return created(body);
    if (qualifier == "MATCHMAKING_STATUS") return hear_of_ticket(body);
    std::uint64_t client = 0;
    std::uint64_t user = 0;
    JsonText profile;
    JsonText message;
    std::string group;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == "client_id")
            client = in.id();
        else if (name == "group_name" && !in.null())
            group = in.string();
        else if (name == "user_id")
            user = in.id();
        else if (name == "profile")
            profile = in.raw();
        else if (name == "message")
            message = in.raw();
    });
    if (qualifier == "CLIENT_ASSIGNED") {
        const std::uint64_t version = profile_version(profile.view());
        seats_[client] = {user, version};
        if (!group.empty()) observer_.group_joined(options_.runtime, client, group);
        observer_.client_joined(options_.runtime, client, user, version);
    } else if (qualifier == "CLIENT_REMOVED") {
        left(client);
        observer_.client_removed(options_.runtime, client);
    } else if (qualifier == "MESSAGE_RECEIVED") {
        Result<GameMessage> said = parse_game_message(message.view());
        if (!said) return;
        observer_.received(options_.runtime, client, said->serial);
        const auto seat = seats_.find(client);
        if (said->shows_profile && seat != seats_.end())
            said->profile = seat->second.profile_version;
        // A message that was tried again may come late: never put an older profile over a newer
        // one.
        if (said->sets_profile && seat != seats_.end() &&
            said->serial > seat->second.profile_version) {
            seat->second.profile_version = said->serial;
            outgoing_.push_back({client, *said, true, {}, false, seat->second.user});
        }
        outgoing_.push_back({client, *said, false});
        grant(client, *said);
    }
}

}  // namespace playback::scenarios
