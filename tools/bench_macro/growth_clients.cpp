// Clients of one lobby, made through the API by 64 users; then a ticket for each. An interchange of
// any of them and a ticket of any of them should cost the same, however many there are.
#include <algorithm>
#include <array>

#include "engine/base/random.h"
#include "engine/wire/json_writer.h"
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/newcomer.h"
#include "tools/bench_macro/proc_files.h"

namespace playback::bench {
namespace {

constexpr std::size_t users = 64;
constexpr std::size_t tickets_of_call = 64;
// A deployment takes a little more: there are those of the users themselves, and at the end those
// under way.
constexpr std::size_t clients_max = 1'000'000;
constexpr double patience_seconds = 1200;
constexpr const char* game = "growth";
constexpr std::array<std::string_view, 2> modes{"a", "b"};

GameOrder game_of_growth() {
    GameOrder order;
    order.name = game;
    order.players_of_lobby = 10'000'000;
    order.modes = R"([{"name":"a","min_players":1000000,"max_players":1000000,"groups":[)"
                  R"({"name":"g","min_players":1000000,"max_players":1000000}]},)"
                  R"({"name":"b","min_players":1000000,"max_players":1000000,"groups":[)"
                  R"({"name":"g","min_players":1000000,"max_players":1000000}]}])";
    return order;
}

Growth growth_of(std::string name, std::string title, std::string unit, std::string what) {
    Growth growth;
    growth.name = std::move(name);
    growth.title = std::move(title);
    growth.unit = std::move(unit);
    growth.what = std::move(what);
    return growth;
}

struct Seat {
    std::size_t user = 0;
    std::string client;
    std::size_t mode = 0;  // of its ticket
};

class Clients {
public:
    explicit Clients(Bench& bench) : bench_(bench) {}

    Result<void> run(const GrowthOptions& options) {
        TRY_VOID(begin());
        for (const std::size_t size : growth_sizes(1'000, clients_max, options.most)) {
            bench_.options().tell("growth: " + std::to_string(size) + " clients");
            TRY_VOID(grow_to(size));
            TRY(interchange, measure([this](std::string& out) { interchange_of_any(out); }, 1));
            cost.points.push_back({static_cast<double>(size), interchange});
            const double kb = resident_kb_of(node_->process.pid()) - kb_before_;
            memory.points.push_back({static_cast<double>(size), kb / static_cast<double>(size)});
        }
        for (const std::size_t size :
             growth_sizes(1'000, std::min(seats_.size(), clients_max), options.most)) {
            bench_.options().tell("growth: " + std::to_string(size) + " tickets");
            TRY_VOID(ask_up_to(size));
            TRY(ticket, measure([this](std::string& out) { tickets_of_some(out); }, users));
            tickets.points.push_back({static_cast<double>(size), ticket});
        }
        return {};
    }

    Growth cost =
        growth_of("clients", "empty interchange of any client", "us CPU a call", "clients");
    Growth memory = growth_of("client_memory", "memory of a client", "kB a client", "clients");
    Growth tickets =
        growth_of("tickets", "ticket of any client, 64 in a call", "us CPU a ticket", "tickets");

private:
    Result<void> begin() {
        TRY(crowd, crowd_on(bench_, node_name, game_of_growth(), users));
        TRY(node, bench_.server(node_name));
        node_ = node;
        users_ = std::move(crowd.players);
        runtime_ = crowd.runtimes.front();
        minds_.emplace_back(runtime_, false);
        kb_before_ = resident_kb_of(node->process.pid());
        return {};
    }

    Result<std::vector<Line>> lines_for(
        const std::function<std::unique_ptr<Talker>(std::size_t)>& talker) {
        std::vector<Line> lines;
        for (std::size_t i = 0; i < users; ++i) {
            TRY(line, line_to(node_->port, talker(i)));
            lines.push_back(std::move(line));
        }
        TRY_VOID(append_runtimes(lines, node_->port, minds_));
        return lines;
    }

    Result<void> grow_to(std::size_t size) {
        if (seats_.size() >= size) return {};
        TRY(lines, lines_for([this](std::size_t user) {
                return std::make_unique<Newcomer>(
                    users_[user], game, [this, user](const std::string& client) {
                        seats_.push_back({user, client});
                    });
            }));
        LoadPlan plan = bench_.plan(*node_);
        plan.seconds = patience_seconds;
        plan.is_enough = [this, size] { return seats_.size() >= size; };
        TRY_VOID(run_load(lines, plan));
        return {};
    }

    // Microseconds of the node for one of `items` in each call.
    Result<double> measure(const HttpTalker::Next& next, std::size_t items) {
        TRY(lines, lines_for([&next](std::size_t) {
                return std::make_unique<HttpTalker>(next, nullptr);
            }));
        TRY(outcome, run_load(lines, bench_.plan(*node_)));
        return outcome.cpu_us() / static_cast<double>(items);
    }

    Seat& any_seat(std::size_t below) { return seats_[chance_.below(below)]; }

    void interchange_of_any(std::string& out) {
        const Seat& seat = any_seat(seats_.size());
        Player player = users_[seat.user];
        player.client = seat.client;
        out += empty_interchange_of(player);
    }

    void append_tickets(std::string& out, const std::function<Seat*()>& next) {
        std::string body;
        wire::JsonWriter json(body);
        json.object().key("outgoing_messages").array();
        for (std::size_t i = 0; i < tickets_of_call; ++i) {
            Seat* const seat = next();
            if (seat == nullptr) break;
            seat->mode = 1 - seat->mode;
            json.object().key("qualifier").string("REQUEST_MATCHMAKING").key("body").object();
            json.key("client_id").string(seat->client);
            json.key("mode").string(modes[seat->mode]).end_object().end_object();
        }
        json.end_array().key("consumed_messages").array().end_array().end_object();
        out += request_bytes(path_of("runtime", "interchange-messages"), body, runtime_.token);
    }

    void tickets_of_some(std::string& out) {
        append_tickets(out, [this] { return &any_seat(asked_); });
    }

    Result<void> ask_up_to(std::size_t size) {
        ApiClient api(node_->port);
        while (asked_ < size) {
            if (bench_.is_interrupted()) return Error{Errc::unavailable, "interrupted"};
            std::string request;
            append_tickets(request, [&] { return asked_ < size ? &seats_[asked_++] : nullptr; });
            TRY_VOID(api.exchange(request));
        }
        return {};
    }

    Bench& bench_;
    Server* node_ = nullptr;
    std::vector<Player> users_;
    Runtime runtime_;
    std::vector<RuntimeMind> minds_;  // of that one
    std::vector<Seat> seats_;
    std::size_t asked_ = 0;  // of the seats: how many have a ticket
    double kb_before_ = 0;
    Random chance_{11};
};

}  // namespace

std::vector<Growth> clients_and_tickets(Bench& bench, const GrowthOptions& options) {
    Clients clients(bench);
    const Result<void> done = clients.run(options);
    clients.tickets.notes.emplace_back(
        "none can match; each call moves 64 of them from one mode to another");
    clients.tickets.notes.emplace_back(
        "few are overwritten in the log, many reach the table of the file: a page for each row, "
        "read "
        "and written by SQLite and the kernel (docs/performance.md)");
    clients.cost.notes.emplace_back("clients of 64 users, in one lobby, without sockets");
    std::vector<Growth> all{clients.cost, clients.memory, clients.tickets};
    if (done) return all;
    for (Growth& growth : all) growth.problem = done.error().detail;
    return all;
}

}  // namespace playback::bench
