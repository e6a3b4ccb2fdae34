// Memory of a client that is connected and says nothing: a session with its mailbox, a seat in a
// lobby and an open socket. Each round adds some, whose users were there before; what the process
// grew by is shared among them. The kernel's buffers are not in it. The control's growth is by
// sockets alone.
#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <thread>

#include "tools/bench_macro/idle_crowd.h"
#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/socket_talker.h"

namespace playback::bench {
namespace {

constexpr std::size_t clients_of_round_max = 512;
constexpr std::size_t clients_of_round_min = 32;
constexpr std::size_t clients_max = 9'000;
constexpr auto rest = std::chrono::milliseconds(200);

class IdleClient final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "idle_client";
        subject.title = "memory of an idle connected client";
        subject.unit = "kB";
        subject.judged = Judged::value_at_most;
        subject.gate = 4;
        subject.aim = 1;
        subject.controls = {std::string(relay_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        TRY(node, bench.server(node_name));
        ApiClient api(node->port);
        GameOrder order;
        order.name = game_;
        order.players_of_lobby = 1'000'000;
        TRY_VOID(make_game(api, order));
        const std::size_t rounds = bench.options().rounds + 1;  // one is not measured
        // As many sockets again go to the control.
        const std::size_t most = std::min(clients_max, IdleCrowd::files_max() / 2) / rounds;
        if (most < clients_of_round_min)
            return Error{Errc::full, "too few files may be open (ulimit -n) for so many rounds"};
        clients_of_round_ = std::min(most, clients_of_round_max);
        const std::size_t count = clients_of_round_ * rounds;
        for (std::size_t i = 0; i < count; ++i) {
            if (bench.is_interrupted()) return Error{Errc::unavailable, "interrupted"};
            TRY(user, add_user(api));
            users_.push_back(std::move(user));
        }
        // The first few open the lobby and whatever else is made once.
        crowd_.emplace(bench, node_name, game_);
        return connect_some();
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        const double before = resident_kb_of(server->process.pid());
        if (who == node_name) {
            TRY_VOID(connect_some());
        } else {
            for (std::size_t i = 0; i < clients_of_round_; ++i) {
                TRY(line, open_socket(server->port, {"/player?2", ""}));
                lines_.push_back(std::move(line));
            }
        }
        std::this_thread::sleep_for(rest);
        Figure figure;
        figure.value = (resident_kb_of(server->process.pid()) - before) /
                       static_cast<double>(clients_of_round_);
        return figure;
    }

private:
    Result<void> connect_some() {
        const std::span<Player> some(users_.data() + next_, clients_of_round_);
        next_ += some.size();
        return crowd_->connect(some);
    }

    const std::string game_ = "idle";
    std::size_t clients_of_round_ = 0;
    std::vector<Player> users_;
    std::size_t next_ = 0;
    std::optional<IdleCrowd> crowd_;
    std::vector<Line> lines_;  // of the control
};

}  // namespace

std::unique_ptr<Measurement> idle_client() {
    return std::make_unique<IdleClient>();
}

}  // namespace playback::bench
