#include "tools/bench_macro/mind.h"

#include <algorithm>

#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"
#include "engine/wire/json_writer.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/mail_scanner.h"

namespace playback::bench {
namespace {

constexpr std::string_view words = "what a player says in 32 bytes..";
// Of one call; the API takes 1024.
constexpr std::size_t answers_max = 512;
constexpr std::string_view hold = "wait=5";

void write_ids(wire::JsonWriter& out, const std::vector<std::string>& ids) {
    out.key("consumed_messages").array();
    for (const std::string& id : ids) out.string(id);
    out.end_array();
}

void write_message(wire::JsonWriter& out) {
    out.object().key("qualifier").string("MESSAGE_PRODUCED");
    out.key("body").object().key("message").string(words).end_object().end_object();
}

std::string silent_body(const Player& player, const std::vector<std::string>& consumed) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("client_id").string(player.client);
    out.key("outgoing_messages").array().end_array();
    write_ids(out, consumed);
    out.end_object();
    return body;
}

// `is_held`: the answer may wait until there is something to say.
void append_call(std::string& out,
                 std::string_view role,
                 std::string_view body,
                 std::string_view token,
                 bool is_held) {
    std::string wish;
    if (is_held) wire::append_header(wish, "Prefer", hold);
    const std::string path = path_of(role, "interchange-messages");
    wire::ClientRequest request;
    request.method = "POST";
    request.target = path;
    request.host = "127.0.0.1";
    request.body = body;
    request.bearer_token = token;
    request.extra_headers = wish;
    wire::append_request(out, request);
}

}  // namespace

std::string empty_interchange_of(const Player& player) {
    std::string request;
    append_call(request, "player", silent_body(player, {}), player.token, false);
    return request;
}

std::string waiting_interchange_of(const Player& player) {
    std::string request;
    append_call(request, "player", silent_body(player, {}), player.token, true);
    return request;
}

std::string consuming_interchange_of(const Player& player, const std::vector<std::string>& ids) {
    std::string request;
    append_call(request, "player", silent_body(player, ids), player.token, false);
    return request;
}

void PlayerMind::next(std::string& out) {
    std::string body;
    wire::JsonWriter json(body);
    json.object().key("client_id").string(player_.client);
    json.key("outgoing_messages").array();
    for (std::size_t i = 0; i < messages_of_call_; ++i) write_message(json);
    said_ += messages_of_call_;
    json.end_array();
    write_ids(json, consumed_);
    consumed_.clear();
    json.end_object();
    append_call(out, "player", body, player_.token, false);
}

void PlayerMind::take(std::string_view body) {
    MailScanner scanner(body);
    for (Mail mail; scanner.next(mail);) {
        consumed_.emplace_back(mail.id);
        if (mail.qualifier == "MESSAGE_PRODUCED") ++heard_;
    }
}

void RuntimeMind::next(std::string& out) {
    std::string body;
    wire::JsonWriter json(body);
    json.object().key("outgoing_messages").array();
    const std::size_t count = std::min(to_answer_.size(), answers_max);
    for (std::size_t i = 0; i < count; ++i) {
        json.object().key("qualifier").string("RESPOND_CLIENT").key("body").object();
        json.key("client_id").string(to_answer_[i]);
        json.key("message").string(words).end_object().end_object();
    }
    to_answer_.erase(to_answer_.begin(), to_answer_.begin() + static_cast<std::ptrdiff_t>(count));
    json.end_array();
    write_ids(json, consumed_);
    consumed_.clear();
    json.end_object();
    append_call(out, "runtime", body, runtime_.token, count == 0);
}

void RuntimeMind::take(std::string_view body) {
    MailScanner scanner(body);
    for (Mail mail; scanner.next(mail);) {
        consumed_.emplace_back(mail.id);
        if (answers_ && mail.qualifier == "MESSAGE_RECEIVED") to_answer_.emplace_back(mail.client);
    }
}

std::unique_ptr<Talker> talker_of(PlayerMind& mind) {
    return std::make_unique<HttpTalker>([&mind](std::string& out) { mind.next(out); },
                                        [&mind](std::string_view body) { mind.take(body); });
}

std::unique_ptr<Talker> talker_of(RuntimeMind& mind) {
    return std::make_unique<HttpTalker>([&mind](std::string& out) { mind.next(out); },
                                        [&mind](std::string_view body) { mind.take(body); });
}

}  // namespace playback::bench
