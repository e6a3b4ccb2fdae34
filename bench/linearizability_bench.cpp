// What it costs to judge a history of 100,000 operations: several clients on a few registers, some
// of whose calls were never answered.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/base/random.h"
#include "scenarios/oracles/models.h"

namespace playback::scenarios {
namespace {

// Each client calls, waits for its answer, calls again; a call takes effect somewhere in between.
RegisterModel::History history_of(Random& random, std::size_t operations, std::size_t clients) {
    RegisterModel::History history;
    std::vector<Instant> free_at(clients);
    Instant now;
    std::uint64_t value = 0;
    std::uint64_t next = 1;
    while (history.size() < operations) {
        now = now + Duration{random.between(10, 1000)};  // when this one takes effect
        Instant& free = free_at[random.below(clients)];
        const Instant invoked{std::max(free.ns + 1, now.ns - random.between(1, 2000))};
        if (invoked > now) continue;
        Operation<RegisterModel::Call> operation{
            invoked, now + Duration{random.between(1, 2000)}, {random.chance(1, 2), value}};
        if (operation.call.writes) {
            operation.call.value = value = next++;
            if (random.chance(1, 100)) operation.returned = never;
        }
        // Who was not answered gives up in the end and calls again.
        free = operation.returned == never ? now + Duration{20'000} : operation.returned;
        history.push_back(operation);
    }
    return history;
}

void judge_registers(benchmark::State& state) {
    const auto keys = static_cast<std::size_t>(state.range(0));
    const auto clients = static_cast<std::size_t>(state.range(1));
    Random random(7);
    std::vector<RegisterModel::History> histories;
    std::int64_t operations = 0;
    for (std::size_t key = 0; key < keys; ++key) {
        histories.push_back(history_of(random, 100'000 / keys, clients));
        operations += static_cast<std::int64_t>(histories.back().size());
    }
    for (auto _ : state) {
        for (const RegisterModel::History& history : histories) {
            const Linearizability result =
                check_linearizable<RegisterModel>(RegisterModel::prune(history));
            if (result.verdict != Linearizability::Verdict::linearizable)
                state.SkipWithError("a possible history was refused");
        }
    }
    state.SetItemsProcessed(state.iterations() * operations);
    state.counters["operations"] = static_cast<double>(operations);
}
BENCHMARK(judge_registers)->Args({20, 5})->Args({1, 5})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace playback::scenarios
