// Tickets of matchmaking: a lobby's runtime asks for a match for each of its clients, 64 in a call.
//
// No match is ever found. Each asks for the other of two modes than the time before, so that each
// call takes 64 tickets out and puts 64 in: an add costs no more than that.
#include "engine/wire/json_writer.h"
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/metrics_page.h"

namespace playback::bench {
namespace {

constexpr std::size_t lobbies = 4;
constexpr std::size_t tickets_of_call = 64;

constexpr const char* modes = R"([{"name":"a","min_players":1000,"max_players":1000,"groups":[)"
                              R"({"name":"g","min_players":1000,"max_players":1000}]},)"
                              R"({"name":"b","min_players":1000,"max_players":1000,"groups":[)"
                              R"({"name":"g","min_players":1000,"max_players":1000}]}])";

std::string request_of(const Crowd& crowd, std::size_t lobby, std::string_view mode) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("outgoing_messages").array();
    for (std::size_t i = 0; i < crowd.players.size(); ++i) {
        if (crowd.lobby_of[i] != lobby) continue;
        out.object().key("qualifier").string("REQUEST_MATCHMAKING").key("body").object();
        out.key("client_id").string(crowd.players[i].client);
        out.key("mode").string(mode).end_object().end_object();
    }
    out.end_array().key("consumed_messages").array().end_array().end_object();
    const std::string path = path_of("runtime", "interchange-messages");
    return request_bytes(path, body, crowd.runtimes[lobby].token);
}

class TicketAdd final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "ticket_add";
        subject.title = "matchmaking ticket over HTTP, 64 in a call of a runtime";
        subject.unit = "tickets/s a core";
        subject.more_is_better = true;
        subject.judged = Judged::value_at_least;
        subject.gate = 50'000;
        subject.aim = 100'000;
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        GameOrder order;
        order.name = "tickets";
        order.modes = modes;
        order.players_of_lobby = tickets_of_call;
        TRY(crowd, crowd_on(bench, node_name, order, lobbies * tickets_of_call));
        TRY(node, bench.server(node_name));
        ApiClient api(node->port);
        for (std::size_t i = 0; i < crowd.runtimes.size(); ++i) {
            TRY_VOID(empty_mailbox(api, crowd.runtimes[i]));
            requests_.push_back({request_of(crowd, i, "a"), request_of(crowd, i, "b")});
        }
        players_ = crowd.players.size();
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view) override {
        TRY(node, bench.server(node_name));
        std::vector<Line> lines;
        for (Requests& requests : requests_) {
            const auto next = [&requests](std::string& out) {
                out += requests.turn++ % 2 == 0 ? requests.for_a : requests.for_b;
            };
            TRY(line, line_to(node->port, std::make_unique<HttpTalker>(next, nullptr)));
            lines.push_back(std::move(line));
        }
        TRY(outcome, run_load(lines, bench.plan(*node)));
        TRY_VOID(check_tickets(*node));
        Figure figure = figure_of(outcome);
        if (figure.cpu_us <= 0) return Error{Errc::corrupt, "it took no CPU time"};
        const auto tickets = static_cast<double>(players_) / static_cast<double>(lines.size());
        figure.value = 1e6 / figure.cpu_us * tickets;
        return figure;
    }

private:
    // An item of a runtime that the node does not like is void, and the call succeeds.
    Result<void> check_tickets(const Server& node) const {
        ApiClient api(node.port);
        TRY(page, api.get("/metrics"));
        const double waiting = metric_of(page, "playback_tickets_waiting");
        if (waiting == static_cast<double>(players_)) return {};
        return Error{Errc::corrupt,
                     "the node has " + std::to_string(waiting) + " tickets, not one for each of " +
                         std::to_string(players_) + " players"};
    }

    struct Requests {
        std::string for_a;
        std::string for_b;
        std::uint64_t turn = 0;
    };
    std::vector<Requests> requests_;  // by lobby
    std::size_t players_ = 0;
};

}  // namespace

std::unique_ptr<Measurement> ticket_add() {
    return std::make_unique<TicketAdd>();
}

}  // namespace playback::bench
