// Login of a player who is there already: create-token, without what the password's hash costs.
//
// A node hashes at bcrypt's lowest cost here, which is still fifty times all the rest. It says at
// /metrics what CPU time its hashes took; that much is taken off, over whole loads from silence to
// silence, so that no hash is counted in part. The node makes its tokens by HS256; what it costs
// with a signature by RSA stands beside it.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/metrics_page.h"
#include "tools/bench_macro/proc_files.h"

namespace playback::bench {
namespace {

using nlohmann::json;

constexpr std::size_t players = 64;
constexpr std::string_view signing_name = "node-rs256";
constexpr double first_seconds_max = 0.2;

// What a node has hashed so far.
struct Hashes {
    double count = 0;
    double cpu_us = 0;
};

Result<Hashes> hashes_of(const Server& node) {
    ApiClient api(node.port);
    TRY(page, api.get("/metrics"));
    Hashes hashes;
    hashes.count = metric_of(page, "playback_password_hash_cpu_microseconds_count");
    hashes.cpu_us = metric_of(page, "playback_password_hash_cpu_microseconds_sum");
    return hashes;
}

class Login final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "login";
        subject.title = "login of an existing player, password hash apart";
        subject.unit = "us CPU a login";
        subject.gate = 0.25;
        subject.aim = 0.5;
        subject.controls = {std::string(nginx_name), std::string(epoll_name)};
        subject.apart = {std::string(signing_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        TRY_VOID(sign_up(bench, coding_node_name, requests_));
        return sign_up(bench, node_name, signed_requests_);
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        if (who == node_name) return drive_node(bench, coding_node_name, requests_);
        if (who == signing_name) return drive_node(bench, node_name, signed_requests_);
        TRY(server, bench.server(who));
        TRY(lines, lines_to(*server, requests_));
        TRY(outcome, run_load(lines, bench.plan(*server)));
        return figure_of(outcome);
    }

private:
    using Requests = std::vector<std::string>;

    static Result<void> sign_up(Bench& bench, std::string_view name, Requests& requests) {
        TRY(node, bench.server(name));
        ApiClient api(node->port);
        for (std::size_t i = 0; i < players; ++i) {
            TRY(user, api.call("player", "create-user", json::object()));
            const json login{{"user_id", text_of(user, "user_id")},
                             {"password", text_of(user, "password")}};
            requests.push_back(request_bytes(path_of("player", "create-token"), login.dump()));
        }
        return {};
    }

    static Result<std::vector<Line>> lines_to(const Server& server, const Requests& requests) {
        std::vector<Line> lines;
        for (const std::string& request : requests) {
            TRY(line, line_to(server.port, std::make_unique<HttpTalker>(request), lines.size()));
            lines.push_back(std::move(line));
        }
        return lines;
    }

    static Result<Figure> drive_node(Bench& bench,
                                     std::string_view name,
                                     const Requests& requests) {
        TRY(node, bench.server(name));
        TRY(lines, lines_to(*node, requests));
        LoadPlan first = bench.plan(*node);
        first.seconds = std::min(first.seconds, first_seconds_max);
        TRY_VOID(run_load(lines, first));  // the node has taken all connections after it

        TRY(before, hashes_of(*node));
        const double cpu_before = cpu_seconds_of(node->process.pid());
        TRY(outcome, run_load(lines, bench.plan(*node)));
        const double cpu_after = cpu_seconds_of(node->process.pid());
        TRY(after, hashes_of(*node));
        const double logins = after.count - before.count;
        if (logins < 1) return Error{Errc::corrupt, "the node says that it hashed no password"};
        const double hashing_us = after.cpu_us - before.cpu_us;
        Figure figure = figure_of(outcome);
        figure.value = ((cpu_after - cpu_before) * 1e6 - hashing_us) / logins;
        return figure;
    }

    Requests requests_;         // to the node whose tokens are HS256
    Requests signed_requests_;  // to the other one
};

}  // namespace

std::unique_ptr<Measurement> login() {
    return std::make_unique<Login>();
}

}  // namespace playback::bench
