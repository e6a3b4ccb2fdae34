#include "engine/kernel/meters.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/kernel/machine.h"

namespace playback::kernel {
namespace {

io::Counter& inputs(io::Metrics& metrics, std::string_view from) {
    return metrics.counter(
        "playback_kernel_inputs_total", "Inputs applied to aggregates", {{"from", from}});
}

io::Gauge& waiting(io::Metrics& metrics, std::string_view what_for) {
    return metrics.gauge(
        "playback_kernel_inputs_waiting", "Inputs not applied yet", {{"for", what_for}});
}

std::int64_t as_signed(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

void SlotMeters::add(const SlotMeters& other) {
    from_callers += other.from_callers;
    from_slots += other.from_slots;
    from_timers += other.from_timers;
    from_neighbours += other.from_neighbours;
    refused += other.refused;
    reloads += other.reloads;
    for (const auto& [kind, values] : other.measured) {
        Measured& sums = measured[kind];
        for (std::size_t i = 0; i < measures_max; ++i) sums[i] += values[i];
    }
    inputs_waiting_for_store += other.inputs_waiting_for_store;
    inputs_waiting_for_load += other.inputs_waiting_for_load;
    answers_waiting += other.answers_waiting;
    messages_under_way += other.messages_under_way;
    aggregates += other.aggregates;
    timers += other.timers;
    topics += other.topics;
}

void Meters::Total::reach(std::uint64_t total) {
    CHECK(total >= shown);
    counter->add(total - shown);
    shown = total;
}

Meters::Meters(io::Metrics& metrics, const MachineTable& machines)
    : commit_bytes_(metrics.histogram("playback_commit_bytes", "Keys and values of a batch")),
      commit_rows_(metrics.histogram("playback_commit_rows", "Rows written and erased by a batch")),
      commit_slots_(metrics.histogram("playback_commit_slots", "Slots with rows in a batch")),
      commit_time_(metrics.histogram("playback_commit_microseconds",
                                     "From handing a batch to the store until it is durable")),
      commit_failures_(metrics.counter("playback_commit_failures_total",
                                       "Batches that the store did not take whole")),
      from_callers_{&inputs(metrics, "calls")},
      from_slots_{&inputs(metrics, "slots")},
      from_timers_{&inputs(metrics, "timers")},
      from_neighbours_{&inputs(metrics, "neighbours")},
      refused_{&metrics.counter("playback_kernel_refusals_total", "Inputs that a rule refused")},
      reloads_{&metrics.counter("playback_kernel_reloads_total",
                                "Slots that forgot all and read themselves back")},
      waiting_for_store_(waiting(metrics, "store")),
      waiting_for_load_(waiting(metrics, "load")),
      answers_waiting_(
          metrics.gauge("playback_kernel_answers_waiting",
                        "Answers, messages and changes that wait for a batch to be durable")),
      messages_under_way_(metrics.gauge("playback_kernel_messages_under_way",
                                        "Messages between slots that are not applied yet")),
      aggregates_(metrics.gauge("playback_kernel_aggregates", "Aggregates in memory")),
      timers_(metrics.gauge("playback_kernel_timers", "Timers set by aggregates")),
      topics_(metrics.gauge("playback_kernel_topics", "Addresses that somebody watches")),
      slots_(metrics.gauge("playback_kernel_slots", "Slots of this node")),
      slots_loading_(metrics.gauge("playback_kernel_slots_loading",
                                   "Slots that are not in memory: their inputs wait")) {
    for (const auto& [kind, machine] : machines.all()) {
        CHECK(machine.measures.size() <= measures_max);
        for (const Measure& measure : machine.measures) {
            const std::pair label{measure.label, measure.value};
            const bool is_plain = measure.label.empty();
            const io::MetricLabels labels = {label};
            const io::MetricLabels none = {};
            const io::MetricLabels& its = is_plain ? none : labels;
            Shown shown;
            if (measure.grows)
                shown.total.counter = &metrics.counter(measure.name, measure.help, its);
            else
                shown.gauge = &metrics.gauge(measure.name, measure.help, its);
            measures_[kind].push_back(shown);
        }
    }
}

Meters::Commit Meters::size_of(const io::Batch& batch) {
    Commit size;
    size.slots = batch.sections.size();
    for (const io::BatchSection& section : batch.sections) {
        size.rows += section.puts.size() + section.erases.size();
        for (const io::Row& row : section.puts) size.bytes += row.key.size() + row.value.size();
        for (const std::string& key : section.erases) size.bytes += key.size();
    }
    return size;
}

void Meters::committed(const Commit& batch, Duration time, bool is_whole) {
    commit_bytes_.observe(batch.bytes);
    commit_rows_.observe(batch.rows);
    commit_slots_.observe(batch.slots);
    commit_time_.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(time.ns / 1000, 0)));
    if (!is_whole) commit_failures_.add();
}

void Meters::show(const SlotMeters& sum, std::uint64_t slots, std::uint64_t loading) {
    from_callers_.reach(sum.from_callers);
    from_slots_.reach(sum.from_slots);
    from_timers_.reach(sum.from_timers);
    from_neighbours_.reach(sum.from_neighbours);
    refused_.reach(sum.refused);
    reloads_.reach(sum.reloads);
    waiting_for_store_.set(as_signed(sum.inputs_waiting_for_store));
    waiting_for_load_.set(as_signed(sum.inputs_waiting_for_load));
    answers_waiting_.set(as_signed(sum.answers_waiting));
    messages_under_way_.set(as_signed(sum.messages_under_way));
    aggregates_.set(as_signed(sum.aggregates));
    timers_.set(as_signed(sum.timers));
    topics_.set(as_signed(sum.topics));
    slots_.set(as_signed(slots));
    slots_loading_.set(as_signed(loading));
    for (auto& [kind, all] : measures_) {
        const auto found = sum.measured.find(kind);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::uint64_t value = found == sum.measured.end() ? 0 : found->second[i];
            if (all[i].gauge != nullptr)
                all[i].gauge->set(as_signed(value));
            else
                all[i].total.reach(value);
        }
    }
}

}  // namespace playback::kernel
