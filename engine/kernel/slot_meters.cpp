// What a slot counts of itself. Plain additions; nobody waits for them and no rule reads them.
#include <variant>

#include "engine/kernel/slot.h"

namespace playback::kernel {

void Slot::count(const Input& input, bool is_refused) {
    if (std::holds_alternative<FromCaller>(input.origin))
        ++meters_.from_callers;
    else if (std::holds_alternative<FromChannel>(input.origin))
        ++meters_.from_slots;
    else if (std::holds_alternative<FromTimer>(input.origin))
        ++meters_.from_timers;
    else
        ++meters_.from_neighbours;
    if (is_refused) ++meters_.refused;
}

void Slot::count_change(Kind kind, const Measured& before, const Measured& after) {
    Measured& sums = meters_.measured[kind];
    for (std::size_t i = 0; i < measures_max; ++i) sums[i] += after[i] - before[i];
}

// What it counted has happened all the same.
void Slot::count_gone(const Address& address, const Aggregate& aggregate) {
    Measured last{};
    if (aggregate.measure(last) == 0) return;
    const std::span<const Measure> measures = machines_.find(address.kind)->measures;
    Measured& sums = meters_.measured[address.kind];
    for (std::size_t i = 0; i < measures.size(); ++i)
        if (!measures[i].grows) sums[i] -= last[i];
}

void Slot::count_forgotten() {
    ++meters_.reloads;
    for (auto& [kind, sums] : meters_.measured) {
        const std::span<const Measure> measures = machines_.find(kind)->measures;
        for (std::size_t i = 0; i < measures.size(); ++i)
            if (!measures[i].grows) sums[i] = 0;
    }
}

SlotMeters Slot::meters() const {
    SlotMeters now = meters_;
    now.inputs_waiting_for_store = waiting_.size();
    for (const auto& [address, inputs] : loading_) now.inputs_waiting_for_load += inputs.size();
    now.answers_waiting = releases_.size() + undelivered_.size();
    now.messages_under_way = outbox_.size();
    now.aggregates = residents_.size();
    now.timers = timers_.size();
    now.topics = topics_.size();
    return now;
}

}  // namespace playback::kernel
