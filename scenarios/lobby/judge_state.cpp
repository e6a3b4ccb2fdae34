// What the judge knows of every client, user, runtime and message, as text for reports.
#include <set>

#include "scenarios/lobby/judge.h"

namespace playback::scenarios {
namespace {

// Beyond, those that were acknowledged and have arrived are left out: a long run has thousands.
constexpr std::size_t passages_shown_max = 300;

std::string yes(bool is_true) {
    return is_true ? "yes" : "no";
}

std::string list_of(const std::set<std::uint64_t>& ids) {
    std::string text;
    for (const std::uint64_t id : ids) text += (text.empty() ? "" : ", ") + std::to_string(id);
    return text.empty() ? "none" : text;
}

}  // namespace

void LobbyJudge::add_state(std::vector<sim::EntityState>& state) const {
    std::size_t passages_known = 0;
    for (const auto& [id, client] : clients_)
        passages_known += client.to_runtime.size() + client.to_client.size();
    const bool shows_all = passages_known <= passages_shown_max;
    const auto add_passages = [&state, shows_all](const std::string& client,
                                                  const std::map<std::uint64_t, Passage>& passages,
                                                  const std::string& kind) {
        for (const auto& [serial, passage] : passages) {
            const bool is_settled = passage.is_acknowledged && passage.arrivals > 0;
            if (is_settled && !shows_all) continue;
            sim::EntityState one{kind, std::to_string(serial) + " of client " + client, {}};
            one.fields.emplace_back("tries", std::to_string(passage.tries));
            one.fields.emplace_back("acknowledged", yes(passage.is_acknowledged));
            one.fields.emplace_back("arrived", std::to_string(passage.arrivals) + " times");
            state.push_back(std::move(one));
        }
    };
    for (const auto& [id, user] : users_) {
        sim::EntityState one{"user", std::to_string(id), {}};
        one.fields.emplace_back("profile acknowledged", std::to_string(user.profile));
        one.fields.emplace_back("profiles with unknown fate",
                                std::to_string(user.profiles_tried.size()));
        one.fields.emplace_back("clients", std::to_string(user.clients.size()));
        state.push_back(std::move(one));
    }
    for (const auto& [id, client] : clients_) {
        const std::string name = std::to_string(id);
        sim::EntityState one{"client", name, {}};
        one.fields.emplace_back("user", std::to_string(client.user));
        one.fields.emplace_back("greeted", yes(client.was_greeted));
        one.fields.emplace_back("over", yes(client.is_over));
        one.fields.emplace_back("told runtime",
                                client.runtime == 0 ? "none" : std::to_string(client.runtime));
        one.fields.emplace_back("runtimes that had it", list_of(client.runtimes));
        state.push_back(std::move(one));
        add_passages(name, client.to_runtime, "message");
        add_passages(name, client.to_client, "answer");
    }
    for (const auto& [id, runtime] : runtimes_) {
        sim::EntityState one{"runtime", std::to_string(id), {}};
        one.fields.emplace_back("dead", yes(runtime.is_dead));
        one.fields.emplace_back("seated clients", list_of(runtime.seated));
        state.push_back(std::move(one));
    }
}

}  // namespace playback::scenarios
