// A message of a player to its runtime and back, over sockets: through the connector (the runtime
// takes and answers by interchange), and in real time (the runtime has a socket too). One at a time
// on each socket, or 16. The control is a relay that knows nothing but frames.
#include <array>
#include <cstring>

#include <nlohmann/json.hpp>

#include "engine/wire/json_writer.h"
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/socket_talker.h"

namespace playback::bench {
namespace {

using nlohmann::json;
using wire::Opcode;

constexpr std::size_t players = 64;
constexpr std::size_t in_flight = 16;
constexpr std::string_view words = "what a player says in 32 bytes..";

std::string_view quoted(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find('"'));
}

// Sockets stay open from round to round; how many messages are under way is the round's.
Result<LoadOutcome> drive_lines(std::vector<Line>& lines, std::size_t depth, const LoadPlan& plan) {
    for (Line& line : lines)
        if (line.is_counted) line.depth = depth;
    return run_load(lines, plan);
}

// Players and one runtime in the room of bench-control.
Result<std::vector<Line>> open_relay(const Server& relay) {
    std::vector<Line> lines;
    TRY(runtime, open_socket(relay.port, {"/runtime?1", ""}));
    const auto number_of = [](std::string_view payload) { return payload.substr(0, 4); };
    const auto frame_for = [](std::string_view number) {
        return client_frame(Opcode::binary, std::string(number) + std::string(words));
    };
    runtime.talker = std::make_unique<SocketRuntime>(number_of, frame_for);
    runtime.is_counted = false;
    runtime.depth = 0;
    lines.push_back(std::move(runtime));
    for (std::size_t i = 0; i < players; ++i) {
        TRY(line, open_socket(relay.port, {"/player?1", ""}));
        line.talker = std::make_unique<SocketPlayer>(client_frame(Opcode::binary, words));
        lines.push_back(std::move(line));
    }
    return lines;
}

// Each way to speak has lines to a node, opened once, and to the relay.
class SocketMessages : public Measurement {
public:
    SocketMessages(Subject subject, std::size_t depth)
        : subject_(std::move(subject)), depth_(depth) {}

    [[nodiscard]] Subject subject() const override { return subject_; }

    Result<void> prepare(Bench& bench) override {
        GameOrder order;
        order.name = subject_.name;
        for (char& c : order.name)
            if (c == '_') c = '-';
        TRY(crowd, crowd_on(bench, node_name, order, players));
        crowd_ = std::move(crowd);
        TRY(node, bench.server(node_name));
        ApiClient api(node->port);
        TRY(lines, open_to(*node, api));
        to_node_ = std::move(lines);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        if (who == relay_name && to_relay_.empty()) {
            TRY(lines, open_relay(*server));
            to_relay_ = std::move(lines);
        }
        std::vector<Line>& lines = who == node_name ? to_node_ : to_relay_;
        TRY(outcome, drive_lines(lines, depth_, bench.plan(*server)));
        Figure figure = figure_of(outcome);
        if (figure.cpu_us <= 0) return Error{Errc::corrupt, "it took no CPU time"};
        if (subject_.judged == Judged::value_at_least) figure.value = 1e6 / figure.cpu_us;
        return figure;
    }

protected:
    virtual Result<std::vector<Line>> open_to(const Server& node, ApiClient& api) = 0;
    Crowd& crowd() { return crowd_; }

private:
    Subject subject_;
    std::size_t depth_;
    Crowd crowd_;
    std::vector<Line> to_node_;
    std::vector<Line> to_relay_;
};

class ConnectorMessages final : public SocketMessages {
public:
    using SocketMessages::SocketMessages;

private:
    Result<std::vector<Line>> open_to(const Server& node, ApiClient&) override {
        std::vector<Line> lines;
        for (Runtime& runtime : crowd().runtimes) minds_.emplace_back(runtime);
        TRY_VOID(append_runtimes(lines, node.port, minds_));
        const std::string message =
            R"({"qualifier":"MESSAGE_PRODUCED","body":{"message":")" + std::string(words) + "\"}}";
        const auto counts = [](std::string_view payload) {
            return payload.find("MESSAGE_PRODUCED") != std::string_view::npos;
        };
        for (const Player& player : crowd().players) {
            TRY(line, open_socket(node.port, player.connector));
            line.talker =
                std::make_unique<SocketPlayer>(client_frame(Opcode::text, message), counts);
            lines.push_back(std::move(line));
        }
        return lines;
    }

    std::vector<RuntimeMind> minds_;
};

class RealtimeMessages final : public SocketMessages {
public:
    using SocketMessages::SocketMessages;

private:
    static std::string answer_to(std::string_view client) {
        std::string text;
        wire::JsonWriter out(text);
        out.object().key("encoding").string("TXT").key("message").string(words);
        out.key("clients").array().string(client).end_array().end_object();
        return client_frame(Opcode::text, text);
    }

    // Every player is told where the room of its runtime is.
    Result<void> invite_all(ApiClient& api) {
        for (std::size_t i = 0; i < crowd().players.size(); ++i) {
            const Runtime& runtime = crowd().runtimes[crowd().lobby_of[i]];
            json wish{{"qualifier", "UPGRADE_CONNECTION"}};
            wish["body"] = {{"client_id", crowd().players[i].client}, {"protocol", "DISPATCHER"}};
            const json body{{"outgoing_messages", json::array({wish})},
                            {"consumed_messages", json::array()}};
            TRY_VOID(api.call("runtime", "interchange-messages", body, runtime.token));
        }
        return {};
    }

    Result<std::vector<Line>> open_to(const Server& node, ApiClient& api) override {
        std::vector<Line> lines;
        for (const Runtime& runtime : crowd().runtimes) {
            TRY(line, open_socket(node.port, runtime.dispatcher));
            const auto client_of = [](std::string_view payload) {
                return quoted(payload, R"("client_id":")");
            };
            line.talker = std::make_unique<SocketRuntime>(client_of, answer_to);
            line.is_counted = false;
            line.depth = 0;
            lines.push_back(std::move(line));
        }
        TRY_VOID(invite_all(api));
        for (const Player& player : crowd().players) {
            TRY(told, await_message(api, player, "CONNECTION_UPGRADED"));
            const SocketAddress room =
                socket_address_of(told.value("dispatcher_config", json::object()));
            TRY(line, open_socket(node.port, room));
            line.talker = std::make_unique<SocketPlayer>(client_frame(Opcode::text, words));
            lines.push_back(std::move(line));
        }
        return lines;
    }
};

Subject one_at_a_time(std::string name, std::string title) {
    Subject subject;
    subject.name = std::move(name);
    subject.title = std::move(title);
    subject.unit = "us CPU there and back";
    subject.gate = 1 / 1.5;
    subject.aim = 1 / 1.1;
    subject.controls = {std::string(relay_name)};
    return subject;
}

Subject many_at_once(std::string name, std::string title) {
    Subject subject;
    subject.name = std::move(name);
    subject.title = std::move(title);
    subject.unit = "messages there and back/s a core";
    subject.more_is_better = true;
    subject.judged = Judged::value_at_least;
    subject.gate = 500'000;
    subject.aim = 1'000'000;
    subject.controls = {std::string(relay_name)};
    return subject;
}

}  // namespace

std::unique_ptr<Measurement> connector_message() {
    return std::make_unique<ConnectorMessages>(
        one_at_a_time("connector_message", "connector message to a runtime and back"), 1);
}

std::unique_ptr<Measurement> connector_messages() {
    return std::make_unique<ConnectorMessages>(
        many_at_once("connector_messages", "the same, 16 in flight on each socket"), in_flight);
}

std::unique_ptr<Measurement> realtime_message() {
    return std::make_unique<RealtimeMessages>(
        one_at_a_time("realtime_message", "real-time message to a runtime and back"), 1);
}

std::unique_ptr<Measurement> realtime_messages() {
    return std::make_unique<RealtimeMessages>(
        many_at_once("realtime_messages", "the same, 16 in flight on each socket"), in_flight);
}

}  // namespace playback::bench
