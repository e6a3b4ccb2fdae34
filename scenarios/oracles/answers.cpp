#include "scenarios/oracles/answers.h"

#include <algorithm>
#include <array>

#include "engine/wire/json_reader.h"

namespace playback::scenarios {
namespace {

// After something went wrong, before every call must be answered again.
constexpr Duration recover = seconds(20);

// What an interchange answers at most, if that is more than one message (docs/api.md), and what is
// around the messages.
constexpr std::size_t answer_bytes_max = 65'536;
constexpr std::size_t frame_bytes_max = 1'024;

struct Legal {
    std::string_view method;
    std::array<int, 4> statuses;  // beside success, 500 and 503
};

// 404 and 409 of create-client are legal only until the game is there; 401 only for cause.
constexpr std::array legal_statuses = {
    Legal{"create-user", {429, 0, 0, 0}},
    Legal{"create-token", {401, 404, 429, 0}},
    Legal{"create-client", {401, 404, 409, 0}},
    Legal{"create-connector-token", {401, 404, 0, 0}},
    Legal{"interchange", {401, 404, 409, 0}},
    Legal{"interchange-messages", {401, 404, 409, 0}},
    Legal{"create-developer", {401, 0, 0, 0}},
    Legal{"create-developer-alias", {401, 400, 404, 0}},
    Legal{"delete-developer", {401, 404, 0, 0}},
    Legal{"create-deployment", {401, 0, 0, 0}},
    Legal{"get-deployment-details", {401, 404, 0, 0}},
    Legal{"delete-deployment", {401, 404, 0, 0}},
    Legal{"runtime create-token", {401, 404, 409, 429}},
    Legal{"runtime interchange", {401, 404, 0, 0}},
    Legal{"ping-service", {0, 0, 0, 0}},
};

// Words of our own code, of its libraries and of what it keeps secret.
constexpr std::array<std::string_view, 8> inner_words =
    {"sqlite", "engine/", ".cpp", "std::", "$2a$", "$2b$", "password_hash", "0x"};

bool is_qualifier(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

std::string words_of(const CallSeen& call) {
    return std::string(call.caller) + " got " + std::to_string(call.status) + " for " +
           std::string(call.method);
}

// An object with a qualifier, and nothing but that.
bool is_problem(std::string_view body) {
    bool has_qualifier = false;
    bool is_pure = true;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == "qualifier")
            has_qualifier = is_qualifier(in.string());
        else
            is_pure = false;
    });
    return in.finish().has_value() && has_qualifier && is_pure;
}

// Whoever asked reads all of it.
bool is_object(std::string_view body) {
    return body.starts_with('{') && body.ends_with('}');
}

std::size_t messages_of(std::string_view body) {
    std::size_t count = 0;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name != "incoming_messages") return;
        in.array([&] {
            in.raw();
            ++count;
        });
    });
    return count;
}

}  // namespace

void AnswerOracle::seen(const CallSeen& call) {
    check_time(call);
    if (call.status == 0) return;
    check_form(call);
    check_status(call);
    check_size(call);
    if (call.method == "create-client" && call.status == 200)
        game_at_ = std::min(game_at_, court_.now());
}

void AnswerOracle::check_form(const CallSeen& call) {
    const bool is_success = call.status < 300;
    const bool is_json = call.content_type == "application/json";
    const bool is_good = is_json && (is_success ? is_object(call.body) : is_problem(call.body));
    court_.demand(is_good, "answer-well-formed", "answer", [&] {
        return words_of(call) +
               " with a body that is none: " + std::string(call.body.substr(0, 80));
    });
    if (!is_success) {
        const bool tells = std::ranges::any_of(inner_words, [&](std::string_view word) {
            return call.body.find(word) != std::string_view::npos;
        });
        court_.demand(!tells, "error-says-nothing", "answer", [&] {
            return words_of(call) +
                   ", which tells of the inside: " + std::string(call.body.substr(0, 80));
        });
    }
    if (call.status == 429 || call.status == 503) {
        court_.demand(call.has_retry_after, "retry-later", "answer", [&] {
            return words_of(call) + " and was not told when to come again";
        });
    }
    court_.demand(call.was_held == (call.wait_seconds > 0) || (!is_success && !call.was_held),
                  "wait-as-asked",
                  "answer",
                  [&] {
                      return words_of(call) + (call.was_held
                                                   ? ", held without having asked for it"
                                                   : ", whose wish to wait was not heard");
                  });
}

bool AnswerOracle::may_be(const CallSeen& call) const {
    if (call.status < 300 || call.status == 500 || call.status == 503) return true;
    // An answer may take longer than that of a call that left later.
    if (call.method == "create-client" && call.status != 401 && call.left > game_at_) return false;
    for (const Legal& legal : legal_statuses) {
        if (legal.method == call.method)
            return std::ranges::find(legal.statuses, call.status) != legal.statuses.end();
    }
    return true;  // not a call of ours to know
}

void AnswerOracle::check_status(const CallSeen& call) {
    if (call.has_token && (call.status == 401 || call.status == 403)) {
        const Duration age = court_.now() - call.token_at;
        const bool may_have_expired =
            call.status == 401 && age + options_.wall_error_max >= options_.token_lifetime * 9 / 10;
        court_.demand(may_have_expired, "auth-for-cause", "token", [&] {
            return words_of(call) + " with a token of its own, " +
                   std::to_string(whole_milliseconds(age)) + " ms old";
        });
        return;
    }
    if (call.has_token) court_.check("auth-for-cause");
    court_.demand(may_be(call), "status-legal", "answer", [&] { return words_of(call); });
}

void AnswerOracle::check_size(const CallSeen& call) {
    if (call.status >= 300 || !call.method.contains("interchange")) return;
    const bool is_long = call.body.size() > answer_bytes_max + frame_bytes_max;
    court_.demand(!is_long || messages_of(call.body) <= 1, "answer-bounded", "answer", [&] {
        return words_of(call) + " with " + std::to_string(messages_of(call.body)) +
               " messages in " + std::to_string(call.body.size()) + " bytes";
    });
}

void AnswerOracle::still_asking(Instant since) {
    const Instant now = court_.now();
    // A process or a clock that stands still cuts nobody off, and who is not reached hears nothing.
    for (const char* const group : {"time", "network", "stream", "process"})
        if (court_.was_disturbed(group, since, now)) return;
    const Duration took = now - since;
    court_.demand(took <= options_.request_timeout + options_.slack, "slow-is-cut", "call", [&] {
        return "a request that began " + std::to_string(whole_milliseconds(took)) +
               " ms ago may still go on";
    });
}

void AnswerOracle::check_time(const CallSeen& call) {
    const Instant now = court_.now();
    const auto known = answered_at_.find(call.caller);
    // Whoever was answered since the world is kind has a connection that works; one that rested for
    // long may have been closed.
    const bool knows_the_way = known != answered_at_.end() &&
                               court_.was_kind_since(Instant{known->second.ns - recover.ns}) &&
                               call.left - known->second < seconds(60);
    if (knows_the_way) {
        court_.demand(call.status != 0, "answered-in-quiet", "call", [&] {
            return std::string(call.caller) + " got no answer for " + std::string(call.method) +
                   ", and nothing was wrong";
        });
        const Duration took = now - call.left;
        const Duration most = seconds(call.wait_seconds) + options_.slack;
        court_.demand(took <= most, "wait-as-asked", "call", [&] {
            return std::string(call.caller) + " waited for " + std::string(call.method) + " for " +
                   std::to_string(whole_milliseconds(took)) + " ms, and asked for " +
                   std::to_string(call.wait_seconds) + " s";
        });
    }
    if (call.status == 0) return;
    if (known != answered_at_.end())
        known->second = now;
    else
        answered_at_.emplace(call.caller, now);
}

}  // namespace playback::scenarios
