// Login of a player who is there already: create-token, without what the password's hash costs.
//
// A node hashes at bcrypt's lowest cost here, and bench-control says in the same round what one
// such hash costs on the same core; that much is taken off. What remains has the signature of the
// token in it.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"

namespace playback::bench {
namespace {

using nlohmann::json;

constexpr std::size_t players = 64;
constexpr std::string_view password_name = "password-hash";
constexpr double password_seconds_max = 0.5;

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
        subject.apart = {std::string(password_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        TRY(node, bench.server(node_name));
        ApiClient api(node->port);
        for (std::size_t i = 0; i < players; ++i) {
            TRY(user, api.call("player", "create-user", json::object()));
            const json login{{"user_id", text_of(user, "user_id")},
                             {"password", text_of(user, "password")}};
            requests_.push_back(request_bytes(path_of("player", "create-token"), login.dump()));
        }
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        if (who == password_name) return hash_alone(bench);
        double taken_off = 0;
        if (who == node_name) {
            TRY(hash, hash_alone(bench));
            taken_off = hash.value;
        }
        TRY(server, bench.server(who));
        std::vector<Line> lines;
        for (const std::string& request : requests_) {
            TRY(line, line_to(server->port, std::make_unique<HttpTalker>(request)));
            lines.push_back(std::move(line));
        }
        TRY(outcome, run_load(lines, bench.plan(*server)));
        Figure figure = figure_of(outcome);
        figure.value -= taken_off;
        if (figure.value <= 0)
            return Error{Errc::corrupt, "a login took less than a hash: measure for longer"};
        return figure;
    }

private:
    static Result<Figure> hash_alone(Bench& bench) {
        const double seconds = std::min(bench.options().seconds, password_seconds_max);
        TRY(value, measured_by_control(bench.place(), {"password", std::to_string(seconds)}));
        Figure figure;
        figure.value = value;
        return figure;
    }

    std::vector<std::string> requests_;
};

}  // namespace

std::unique_ptr<Measurement> login() {
    return std::make_unique<Login>();
}

}  // namespace playback::bench
