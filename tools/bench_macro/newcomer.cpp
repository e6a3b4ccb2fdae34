#include "tools/bench_macro/newcomer.h"

#include <utility>

#include "engine/wire/json_writer.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/mail_scanner.h"
#include "tools/bench_macro/mind.h"

namespace playback::bench {

Newcomer::Newcomer(Player user, std::string_view game, Welcome welcome)
    : player_(std::move(user)), welcome_(std::move(welcome)) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("tenant").string(game).key("project").string(game);
    out.key("stage").string(game).end_object();
    create_ = request_bytes(path_of("player", "create-client"), body, player_.token);
}

Result<Heard> Newcomer::hear(std::span<char> unread, std::string& out) {
    Heard heard;
    const std::string_view bytes(unread.data(), unread.size());
    while (const std::optional<HttpAnswer> answer = reader_.next(bytes.substr(heard.used))) {
        heard.used += answer->bytes;
        if (answer->status != 200) return Error{Errc::refused, reader_.in_words(*answer)};
        if (take(answer->body, out)) ++heard.answered;
    }
    if (reader_.failed()) return Error{Errc::corrupt, "an answer is not HTTP with a length"};
    return heard;
}

// Was that the end of it?
bool Newcomer::take(std::string_view body, std::string& out) {
    constexpr std::string_view created = R"({"client_id":")";
    if (body.starts_with(created)) {
        const std::string_view rest = body.substr(created.size());
        player_.client = rest.substr(0, rest.find('"'));
        seen_.clear();
        out += waiting_interchange_of(player_);
        return false;
    }
    if (is_consuming_) {
        is_consuming_ = false;
        welcome_(player_.client);
        return true;
    }
    return take_messages(body, out);
}

bool Newcomer::take_messages(std::string_view body, std::string& out) {
    bool is_assigned = false;
    MailScanner scanner(body);
    for (Mail mail; scanner.next(mail);) {
        if (mail.qualifier == "RUNTIME_ASSIGNED") is_assigned = true;
        if (welcome_) seen_.emplace_back(mail.id);
    }
    if (is_assigned && !welcome_) return true;
    is_consuming_ = is_assigned;
    out += is_assigned ? consuming_interchange_of(player_, seen_) : waiting_interchange_of(player_);
    return false;
}

}  // namespace playback::bench
