#include "scenarios/oracles/histories.h"

#include <algorithm>
#include <functional>
#include <set>

namespace playback::scenarios {
namespace {

using Verdict = Linearizability::Verdict;

NameModel::Kind kind_of(NameDeed deed) {
    switch (deed) {
        case NameDeed::grant:
            return NameModel::Kind::grant;
        case NameDeed::enter:
            return NameModel::Kind::enter;
        case NameDeed::dismiss:
            break;
    }
    return NameModel::Kind::dismiss;
}

std::string time_text(Instant at) {
    return at == never ? "?" : std::to_string(whole_milliseconds(at - Instant{}));
}

std::string interval_text(Instant from, Instant to) {
    return " (" + time_text(from) + " to " + time_text(to) + " ms)";
}

}  // namespace

// --- profiles ---

void ProfileHistories::tried(std::uint64_t user, std::uint64_t version) {
    writes_[user].push_back({court_.now(), never, {true, version}});
}

// The last try of this version was answered; what became of earlier ones nobody knows.
void ProfileHistories::acknowledged(std::uint64_t user, std::uint64_t version) {
    RegisterModel::History& writes = writes_[user];
    for (auto it = writes.rbegin(); it != writes.rend(); ++it) {
        if (it->call.value != version || it->returned != never) continue;
        it->returned = court_.now();
        return;
    }
}

void ProfileHistories::created(std::uint64_t user, std::uint64_t client, Instant wanted) {
    owners_.try_emplace(client, user, wanted);
}

void ProfileHistories::shown(std::uint64_t client, std::uint64_t version) {
    shown_.push_back({client, version, court_.now()});
}

void ProfileHistories::judge() {
    std::map<std::uint64_t, RegisterModel::History> histories = writes_;
    for (const Shown& shown : shown_) {
        const auto owner = owners_.find(shown.client);
        // Nobody knows when a client was asked for whose creation was never answered.
        if (owner == owners_.end()) continue;
        const auto& [user, wanted] = owner->second;
        histories[user].push_back({wanted, shown.at, {false, shown.version}});
    }
    for (const auto& [user, history] : histories) {
        const RegisterModel::History known = RegisterModel::prune(history);
        const Linearizability result = check_linearizable<RegisterModel>(known, 100'000);
        if (result.verdict == Verdict::undecided) continue;
        court_.demand(result.verdict == Verdict::linearizable, "profile-linearizable", "user", [&] {
            const auto& culprit = known[result.culprit];
            return "the profile of user " + std::to_string(user) + ": " +
                   (culprit.call.writes ? "writing " : "showing ") +
                   std::to_string(culprit.call.value) +
                   interval_text(culprit.invoked, culprit.returned) + " fits nowhere";
        });
    }
}

// --- names ---

void NameHistories::called(const std::string& name,
                           NameDeed deed,
                           std::uint64_t owner,
                           Instant left,
                           NameOutcome outcome) {
    auto& history = histories_[name];
    const NameModel::Kind kind = kind_of(deed);
    // It was told of when it left; a call that never ends may have happened all the same.
    const auto is_this = [&](const Operation<NameModel::Call>& known) {
        return known.invoked == left && known.call.kind == kind && known.call.owner == owner;
    };
    std::erase_if(history, is_this);
    const bool is_visit = deed == NameDeed::enter;
    // A refusal changes nothing, and only a visit promises something by it.
    if (!is_visit && outcome == NameOutcome::refused) return;
    if (is_visit && outcome == NameOutcome::unknown) return;
    const Instant returned = outcome == NameOutcome::unknown ? never : court_.now();
    history.push_back({left, returned, {kind, owner, outcome == NameOutcome::done}});
}

void NameHistories::judge() {
    for (const auto& [name, history] : histories_) {
        const Linearizability result = check_linearizable<NameModel>(history, 100'000);
        if (result.verdict == Verdict::undecided) continue;
        court_.demand(result.verdict == Verdict::linearizable, "name-linearizable", "alias", [&] {
            const auto& culprit = history[result.culprit];
            constexpr const char* words[] = {"granting it to ", "letting in ", "dismissing "};
            return "alias " + name + ": " + words[static_cast<int>(culprit.call.kind)] +
                   std::to_string(culprit.call.owner) +
                   (culprit.call.was_let_in ? " (yes)" : " (no)") +
                   interval_text(culprit.invoked, culprit.returned) + " fits nowhere";
        });
    }
}

// --- deployments ---

void DeploymentHistories::called(DeploymentDeed deed,
                                 std::uint64_t id,
                                 Instant left,
                                 NameOutcome outcome) {
    const bool is_over = outcome != NameOutcome::unknown;
    const Instant returned = is_over ? court_.now() : never;
    if (deed == DeploymentDeed::open) {
        // Of two that left at the same time and are not over, either will do.
        const auto is_this = [&](const Opening& known) {
            return known.left == left && known.returned == never;
        };
        const auto known = std::ranges::find_if(openings_, is_this);
        if (is_over && known != openings_.end()) openings_.erase(known);
        if (outcome != NameOutcome::refused) openings_.push_back({left, returned, id});
        return;
    }
    History& history = others_[id];
    const auto is_this = [&](const Operation<DeploymentModel::Call>& known) {
        return known.invoked == left && known.returned == never;
    };
    const auto known = std::ranges::find_if(history, is_this);
    if (is_over && known != history.end()) history.erase(known);
    if (outcome == NameOutcome::refused) return;
    history.push_back({left, returned, {DeploymentModel::Kind::remove, {}}});
}

void DeploymentHistories::seen(std::uint64_t id, Instant left, DeploymentSeen how) {
    using Status = DeploymentModel::Status;
    const Status status = how == DeploymentSeen::open     ? Status::open
                          : how == DeploymentSeen::closed ? Status::closed
                                                          : Status::gone;
    others_[id].push_back({left, court_.now(), {DeploymentModel::Kind::look, status}});
}

std::uint64_t DeploymentHistories::newest(std::uint64_t nth) const {
    std::set<std::uint64_t, std::greater<>> ids;
    for (const Opening& opening : openings_)
        if (opening.id != 0) ids.insert(opening.id);
    if (nth >= ids.size()) return 0;
    return *std::next(ids.begin(), static_cast<std::ptrdiff_t>(nth));
}

DeploymentHistories::History DeploymentHistories::history_of(std::uint64_t id) const {
    History history;
    for (const Opening& opening : openings_) {
        const bool is_own = opening.id == id;
        if (!is_own && opening.id != 0 && opening.id < id) continue;
        const auto kind = is_own ? DeploymentModel::Kind::open : DeploymentModel::Kind::supersede;
        history.push_back({opening.left, opening.returned, {kind, {}}});
    }
    const auto others = others_.find(id);
    if (others != others_.end())
        history.insert(history.end(), others->second.begin(), others->second.end());
    return DeploymentModel::prune(history);
}

void DeploymentHistories::judge() {
    for (const Opening& opening : openings_) {
        if (opening.id == 0) continue;
        const History history = history_of(opening.id);
        const Linearizability result = check_linearizable<DeploymentModel>(history, 100'000);
        if (result.verdict == Verdict::undecided) continue;
        const bool holds = result.verdict == Verdict::linearizable;
        court_.demand(holds, "deployment-linearizable", "deployment", [&] {
            const auto& culprit = history[result.culprit];
            constexpr const char* words[] = {
                "opening it", "opening a newer one", "finding it ", "removing it"};
            constexpr const char* found[] = {"", "open", "closed", "gone"};
            return "deployment " + std::to_string(opening.id) + ": " +
                   words[static_cast<int>(culprit.call.kind)] +
                   found[static_cast<int>(culprit.call.seen)] +
                   interval_text(culprit.invoked, culprit.returned) + " fits nowhere";
        });
    }
}

}  // namespace playback::scenarios
