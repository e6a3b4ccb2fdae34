#include "scenarios/lobby/players_program.h"

#include <algorithm>
#include <utility>

namespace playback::scenarios {

bool PlayersProgram::perform(std::uint32_t number,
                             std::string_view kind,
                             const PlayerOptions& options) {
    const auto found = players_.find(number);
    if (kind != "join") return found != players_.end() && tell(*found->second.player, kind);
    if (found != players_.end()) return false;
    const std::string address =
        "10.1." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    auto player = std::make_unique<Player>(node_.io_from(address), options, observer_);
    tasks_.spawn(player->play());
    players_.emplace(number, Seat{std::move(player), address});
    return true;
}

bool PlayersProgram::tell(Player& player, std::string_view kind) {
    if (kind == "say")
        player.say(false);
    else if (kind == "set_profile")
        player.say(true);
    else if (kind == "save_and_return")
        player.save_and_return();
    else if (kind == "seek_duel")
        player.wish("duel");
    else if (kind == "seek_team")
        player.wish("team");
    else if (kind == "seek_chess")
        player.wish("chess");
    else if (kind == "cancel_match")
        player.wish("cancel");
    else if (kind == "ask_match")
        player.wish("where");
    else if (kind == "leave_match")
        player.wish("leave");
    else if (kind == "stop_match")
        player.wish("stop");
    else if (kind == "upgrade")
        player.wish("upgrade");
    else if (kind == "shout")
        return player.shout();
    else if (kind == "go_silent")
        player.go_silent();
    else if (kind == "come_back")
        player.come_back();
    else
        return false;
    return true;
}

void PlayersProgram::all(std::string_view kind) {
    for (auto& [number, seat] : players_) tell(*seat.player, kind);
}

bool PlayersProgram::move(std::uint32_t number, const std::string& address) {
    const auto found = players_.find(number);
    if (found == players_.end()) return false;
    if (!node_.change_address(found->second.address, address)) return false;
    found->second.address = address;
    return true;
}

bool PlayersProgram::order(const sim::PlanOp& op, const ClerkOptions& options) {
    std::unique_ptr<Clerk>& clerk = clerks_[options.number];
    if (!clerk) {
        const std::string address = "10.9.0." + std::to_string(options.number % 250 + 1);
        clerk = std::make_unique<Clerk>(node_.io_from(address), options, observer_);
        tasks_.spawn(clerk->work());
    }
    const std::string name = "name-" + std::to_string(sim::number_of(op.args, "name", 0));
    const auto which = static_cast<std::uint64_t>(sim::number_of(op.args, "nth", 0));
    if (op.kind == "hire")
        clerk->order(Clerk::Task::hire, name);
    else if (op.kind == "name")
        clerk->order(Clerk::Task::name, name);
    else if (op.kind == "visit")
        clerk->order(Clerk::Task::visit, name);
    else if (op.kind == "dismiss")
        clerk->order(Clerk::Task::dismiss, name);
    else if (op.kind == "deploy")
        clerk->order(Clerk::Task::deploy, {});
    else if (op.kind == "inspect")
        clerk->order(Clerk::Task::inspect, {}, which);
    else if (op.kind == "withdraw")
        clerk->order(Clerk::Task::withdraw, {}, which);
    else if (op.kind == "publish")
        clerk->order(Clerk::Task::publish, {});
    else if (op.kind == "roll_back")
        clerk->order(Clerk::Task::roll_back, {}, which);
    else
        return false;
    return true;
}

bool PlayersProgram::order(Operator::Order order, const OperatorOptions& options) {
    std::unique_ptr<Operator>& known = operators_[options.number];
    if (!known) {
        const std::string address = "10.8.0." + std::to_string(options.number % 250 + 1);
        known = std::make_unique<Operator>(node_.io_from(address), options, observer_);
        tasks_.spawn(known->work());
    }
    known->order(order);
    return true;
}

bool PlayersProgram::is_quiet() const {
    return std::all_of(players_.begin(), players_.end(), [](const auto& entry) {
        return entry.second.player->is_quiet();
    });
}

std::vector<std::uint32_t> PlayersProgram::numbers() const {
    std::vector<std::uint32_t> result;
    result.reserve(players_.size());
    for (const auto& [number, seat] : players_) result.push_back(number);
    return result;
}

std::size_t PlayersProgram::unsaid(std::uint32_t number) const {
    const auto found = players_.find(number);
    return found == players_.end() ? 0 : found->second.player->unsaid();
}

std::vector<std::uint64_t> PlayersProgram::clients() const {
    std::vector<std::uint64_t> result;
    for (const auto& [number, seat] : players_)
        if (seat.player->is_playing()) result.push_back(seat.player->client());
    return result;
}

void PlayersProgram::describe(const std::function<void(std::string_view)>& log) const {
    for (const auto& [number, seat] : players_) {
        const Player& player = *seat.player;
        if (player.is_quiet()) continue;
        log("restless: player " + std::to_string(number) + ", client " +
            std::to_string(player.client()) + ", runtime " + std::to_string(player.runtime()) +
            ", unsaid " + std::to_string(player.unsaid()));
    }
}

}  // namespace playback::scenarios
