#include "scenarios/oracles/histories.h"

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

}  // namespace playback::scenarios
