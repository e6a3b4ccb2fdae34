#include "scenarios/lobby/lobby_faults.h"

#include <algorithm>
#include <array>

#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/players_program.h"
#include "sim/node.h"

namespace playback::scenarios {
namespace {

// Numbers of players who come with a herd are far from those of the plan.
constexpr std::uint32_t first_of_herds = 1'000;
constexpr std::uint32_t herd_max = 100;
constexpr std::uint32_t herds_max = 500;

// One stranger, up to the mischief of one fault.
class StrangerProgram final : public sim::Program {
public:
    explicit StrangerProgram(std::unique_ptr<Stranger> stranger) : stranger_(std::move(stranger)) {}

private:
    std::unique_ptr<Stranger> stranger_;
};

bool is_of_players(std::string_view kind) {
    constexpr std::array kinds{"region_blip",
                               "reconnect_storm",
                               "season_start",
                               "mass_leave",
                               "chatter",
                               "hot_player",
                               "client_address_change"};
    return std::ranges::find(kinds, kind) != kinds.end();
}

std::int64_t argument(const sim::PlanFault& fault, std::string_view name, std::int64_t most) {
    return std::clamp<std::int64_t>(sim::number_of(fault.args, name, 1), 1, most);
}

}  // namespace

LobbyFaults::LobbyFaults(Parts parts) : parts_(std::move(parts)) {
    parts_.stranger.victims = [this] { return clients(); };
}

LobbyFaults::~LobbyFaults() = default;

sim::SimNode* LobbyFaults::node_of(const sim::PlanFault& fault) const {
    for (sim::SimNode* const node : parts_.player_nodes)
        if (node->name() == fault.target && node->alive()) return node;
    return nullptr;
}

bool LobbyFaults::apply(const sim::PlanFault& fault, bool begins) {
    if (const auto stranger = strangers_.extract(fault.id); !begins && !stranger.empty()) {
        if (sim::SimNode* const node = parts_.world.find_node(stranger.mapped()); node != nullptr)
            parts_.world.remove_node(*node);
        return true;
    }
    sim::SimNode* const node = node_of(fault);
    if (node == nullptr) return false;
    if (is_of_players(fault.kind)) return apply_to_players(fault, begins, *node);
    return begins && start_stranger(fault, *node);
}

// On the machine of the target, as a process of its own.
bool LobbyFaults::start_stranger(const sim::PlanFault& fault, sim::SimNode& node) {
    const std::string name = "stranger-" + std::to_string(fault.id);
    if (parts_.world.find_node(name) != nullptr) return false;
    sim::SimNode& stranger = parts_.world.add_node(
        {.name = name, .machine = node.machine().name, .starts_with_machine = false});
    const Random random = parts_.world.random("stranger", fault.id);
    stranger.start([this, random, fault](sim::SimNode& self) {
        auto one = std::make_unique<Stranger>(
            self.io(), parts_.stranger, random, parts_.observer, counts_);
        CHECK(one->start(fault.kind, fault.args));
        return std::make_unique<StrangerProgram>(std::move(one));
    });
    strangers_.emplace(fault.id, name);
    return true;
}

bool LobbyFaults::apply_to_players(const sim::PlanFault& fault, bool begins, sim::SimNode& node) {
    auto& players = static_cast<PlayersProgram&>(*node.program());
    if (fault.kind == "client_address_change") return change_addresses(fault, node);
    if (fault.kind == "season_start") return herd(fault, begins);
    if (fault.kind == "chatter") return chatter(fault, players, false);
    if (fault.kind == "hot_player") return chatter(fault, players, true);
    if (players.numbers().empty()) return false;
    if (fault.kind == "mass_leave") {
        players.all(begins ? "go_silent" : "come_back");
        return true;
    }
    const bool is_over = fault.kind == "reconnect_storm" || !begins;
    if (!is_over) {
        cut_off(fault);
        return true;
    }
    reset_all(fault);
    players.all("come_back");
    return true;
}

void LobbyFaults::cut_off(const sim::PlanFault& fault) {
    parts_.faults.schedule({.id = fault.id,
                            .at = parts_.world.now(),
                            .duration = fault.duration,
                            .kind = "link_partition",
                            .target = fault.target + "|*"});
}

void LobbyFaults::reset_all(const sim::PlanFault& fault) {
    parts_.faults.schedule({.id = fault.id,
                            .at = parts_.world.now(),
                            .duration = {},
                            .kind = "link_reset",
                            .target = fault.target + "|*"});
}

// New players on all machines, one after another; at the end they say nothing any more.
bool LobbyFaults::herd(const sim::PlanFault& fault, bool begins) {
    auto many = static_cast<std::uint32_t>(argument(fault, "players", herd_max));
    if (begins) many = std::min(many, seats_left());
    if (many == 0) return false;
    if (begins) arrivals_.emplace_back(parts_.world.now(), many);
    const std::int64_t within = argument(fault, "within_ns", seconds(60).ns);
    const auto herd = static_cast<std::uint32_t>(fault.id % herds_max);
    if (begins && !herds_.insert(fault.id).second) return false;
    if (!begins) herds_.erase(fault.id);
    for (std::uint32_t i = 0; i < many; ++i) {
        const std::uint32_t number = first_of_herds + herd * herd_max + i;
        sim::SimNode* const node = parts_.player_nodes[number % player_machines];
        const Duration later = begins ? nanoseconds(within / many * i) : Duration{};
        const std::string what = begins ? "join" : "go_silent";
        parts_.world.after(later, [this, node, number, what, begins, id = fault.id] {
            // Nobody joins a herd that has left.
            if (!node->alive() || begins != herds_.contains(id)) return;
            auto& players = static_cast<PlayersProgram&>(*node->program());
            (void)players.perform(number, what, parts_.player_options(number));
        });
    }
    return true;
}

// More than there is room for on all hosts would wait for ever, and rightly so.
std::uint32_t LobbyFaults::seats_left() const {
    std::size_t taken = 0;
    for (const auto& [at, many] : arrivals_)
        if (parts_.world.now() - at < parts_.seats_held) taken += many;
    return static_cast<std::uint32_t>(parts_.seats - std::min(taken, parts_.seats));
}

bool LobbyFaults::chatter(const sim::PlanFault& fault, PlayersProgram& players, bool of_one) {
    std::vector<std::uint32_t> who = players.numbers();
    if (who.empty()) return false;
    if (of_one) {
        Random random = parts_.world.random("hot player", fault.id);
        who = {who[random.below(who.size())]};
    }
    // Who has much to say already says no more: 64 messages leave with each call.
    constexpr std::size_t unsaid_max = 256;
    const std::int64_t many = argument(fault, "messages", unsaid_max);
    for (const std::uint32_t number : who)
        for (std::int64_t i = 0; i < many && players.unsaid(number) < unsaid_max; ++i)
            (void)players.perform(number, "say", parts_.player_options(number));
    return true;
}

bool LobbyFaults::change_addresses(const sim::PlanFault& fault, sim::SimNode& node) {
    auto& players = static_cast<PlayersProgram&>(*node.program());
    std::int64_t left = argument(fault, "players", 1'000);
    bool any = false;
    for (const std::uint32_t number : players.numbers()) {
        if (left-- == 0) break;
        const std::uint64_t given = ++addresses_given_;
        const std::string address =
            "10.2." + std::to_string(given / 250 % 250) + "." + std::to_string(given % 250 + 1);
        if (!players.move(number, address)) continue;
        any = true;
        ++counts_["changed addresses"];
    }
    return any;
}

std::vector<std::uint64_t> LobbyFaults::clients() const {
    std::vector<std::uint64_t> all;
    for (const sim::SimNode* const node : parts_.player_nodes) {
        if (!node->alive()) continue;
        const auto& players = static_cast<const PlayersProgram&>(*node->program());
        const std::vector<std::uint64_t> some = players.clients();
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace playback::scenarios
