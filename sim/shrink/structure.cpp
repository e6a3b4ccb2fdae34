#include "sim/shrink/structure.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace playback::sim {
namespace {

enum class Sort : std::uint8_t { op, fault, choice };
using Event = std::pair<Sort, std::uint64_t>;  // and its id
using Group = std::vector<Event>;
using Groups = std::vector<Group>;

Plan without(const Plan& plan, const Groups& groups, std::size_t from, std::size_t to) {
    std::set<Event> gone;
    for (std::size_t i = from; i < to; ++i) gone.insert(groups[i].begin(), groups[i].end());
    Plan smaller = plan;
    const auto erase = [&gone](auto& items, Sort sort) {
        std::erase_if(items, [&](const auto& item) { return gone.contains({sort, item.id}); });
    };
    erase(smaller.ops, Sort::op);
    erase(smaller.faults, Sort::fault);
    if (smaller.schedule) erase(*smaller.schedule, Sort::choice);
    return smaller;
}

// Removes groups from the end in runs that double while that goes well; a run that cannot go is
// cut down to the group that must stay. About 2 log n candidates for each that stays.
class Remover {
public:
    Remover(Trials& trials, Groups groups)
        : trials_(trials), groups_(std::move(groups)), end_(groups_.size()) {}

    bool run() {
        while (end_ > 0 && !trials_.is_exhausted()) {
            if (!take(1, false)) {
                --end_;
                continue;
            }
            grow();
        }
        return has_removed_;
    }

private:
    void grow() {
        std::size_t step = 2;
        while (end_ > 0 && take(std::min(step, end_), true)) step *= 2;
        for (step /= 2; step > 0 && end_ > 0; step /= 2) {
            if (step <= end_) take(step, false);
        }
        // What is last now could not go with the rest; that it stays is tried in the next round.
        if (end_ > 0) --end_;
    }

    bool take(std::size_t count, bool is_hopeful) {
        const std::size_t from = end_ - count;
        const auto guess = [&](std::size_t n, Plan& candidate) {
            if (n > 1) return false;
            const bool if_taken = (n == 0) == is_hopeful;
            if (if_taken) {
                const std::size_t next = std::min(from, 2 * count);
                if (next == 0) return false;
                candidate = without(trials_.best(), groups_, from - next, end_);
            } else if (count > 1) {
                candidate = without(trials_.best(), groups_, end_ - count / 2, end_);
            } else {
                if (from == 0) return false;
                candidate = without(trials_.best(), groups_, from - 1, from);
            }
            return true;
        };
        if (!trials_.accept(without(trials_.best(), groups_, from, end_), guess)) return false;
        end_ = from;
        has_removed_ = true;
        return true;
    }

    Trials& trials_;
    Groups groups_;
    std::size_t end_;
    bool has_removed_ = false;
};

// Large groups last, so that they are tried first.
Groups by_size(const std::map<std::string, Group>& named) {
    Groups groups;
    for (const auto& [name, group] : named) groups.push_back(group);
    std::ranges::sort(groups, [](const Group& a, const Group& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return groups;
}

Groups fault_kinds(const Plan& plan) {
    std::map<std::string, Group> kinds;
    for (const PlanFault& fault : plan.faults)
        kinds[fault.kind].emplace_back(Sort::fault, fault.id);
    return by_size(kinds);
}

Groups actors(const Plan& plan) {
    std::map<std::string, Group> named;
    for (const PlanOp& op : plan.ops) named[op.actor].emplace_back(Sort::op, op.id);
    return by_size(named);
}

Groups op_kinds(const Plan& plan) {
    std::map<std::string, Group> kinds;
    for (const PlanOp& op : plan.ops) kinds[op.kind].emplace_back(Sort::op, op.id);
    return by_size(kinds);
}

// Each event a group, in the order of time.
Groups single_events(const Plan& plan) {
    std::vector<std::tuple<Instant, Sort, std::uint64_t>> events;
    events.reserve(event_count(plan));
    for (const PlanOp& op : plan.ops) events.emplace_back(op.at, Sort::op, op.id);
    for (const PlanFault& fault : plan.faults) events.emplace_back(fault.at, Sort::fault, fault.id);
    std::ranges::sort(events);
    Groups groups;
    for (const auto& [at, sort, id] : events) groups.push_back({{sort, id}});
    return groups;
}

void drop_all_of_a_sort(Trials& trials) {
    Plan candidate = trials.best();
    candidate.faults.clear();
    if (!candidate.ops.empty() && candidate != trials.best()) trials.accept(candidate);
    candidate = trials.best();
    candidate.ops.clear();
    if (!candidate.faults.empty() && candidate != trials.best()) trials.accept(candidate);
}

// Halves, then quarters, the last first.
void drop_parts(Trials& trials) {
    for (std::size_t parts = 2; parts <= 4; parts *= 2) {
        const Groups events = single_events(trials.best());
        if (events.size() < 4 * parts) return;
        for (std::size_t part = parts; part > 0; --part) {
            const std::size_t from = events.size() * (part - 1) / parts;
            const std::size_t to = events.size() * part / parts;
            trials.accept(without(trials.best(), events, from, to));
        }
    }
}

}  // namespace

void shrink_structure(Trials& trials) {
    drop_all_of_a_sort(trials);
    Remover(trials, fault_kinds(trials.best())).run();
    Remover(trials, actors(trials.best())).run();
    Remover(trials, op_kinds(trials.best())).run();
    drop_parts(trials);
    remove_events(trials);
}

bool remove_events(Trials& trials) {
    bool any = false;
    while (!trials.is_exhausted() && Remover(trials, single_events(trials.best())).run())
        any = true;
    return any;
}

bool remove_choices(Trials& trials) {
    bool any = false;
    while (!trials.is_exhausted() && trials.best().schedule) {
        Groups choices;
        for (const Choice& choice : *trials.best().schedule)
            choices.push_back({{Sort::choice, choice.id}});
        if (!Remover(trials, std::move(choices)).run()) break;
        any = true;
    }
    return any;
}

}  // namespace playback::sim
