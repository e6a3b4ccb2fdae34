// What matchmaking costs at a million tickets: a cold pool that is matched whole, and new tickets
// in a pool in which nobody fits. Five against five in four modes, eight regions of which a ticket
// takes one to three, parties of one to five, a skill window of 25 that grows by 25 a second; the
// population of the prototype mm2 (performance.md section 8.3).
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/base/random.h"
#include "engine/domain/matchmaking/matcher.h"

namespace playback::matchmaking {
namespace {

constexpr std::size_t modes = 4;
constexpr std::size_t looks_per_step = 1024;  // as a deployment takes them

ModeRules five_against_five() {
    ModeRules rules;
    rules.name = "ranked";
    rules.min_players = rules.max_players = 10;
    rules.groups = {{"red", 5, 5}, {"blue", 5, 5}};
    rules.party_max = 5;
    rules.skill = SkillRules{"skill", 25, 25, 400};
    rules.latency_max_ms = 100;
    return rules;
}

// About a bell: the sum of four.
std::int32_t draw_skill(Random& random) {
    std::int64_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += random.between(0, 750);
    return static_cast<std::int32_t>(sum);
}

std::uint32_t draw_players(Random& random) {
    const std::uint64_t what = random.below(100);
    if (what < 60) return 1;
    if (what < 80) return 2;
    if (what < 90) return 3;
    return what < 95 ? 4 : 5;
}

std::uint32_t draw_regions(Random& random) {
    const std::uint64_t first = random.below(8);
    const std::uint64_t more = random.below(3);
    std::uint32_t regions = 0;
    for (std::uint64_t i = 0; i <= more; ++i) regions |= 1U << ((first + i) % 8);
    return regions;
}

std::vector<Ticket> draw_tickets(std::size_t count) {
    Random random(7);
    std::vector<Ticket> tickets(count);
    for (Ticket& ticket : tickets) {
        ticket.id = random.next() | 1;
        ticket.players = draw_players(random);
        ticket.skill = draw_skill(random);
        ticket.regions = draw_regions(random);
    }
    return tickets;
}

// What a deployment does with its matchers, without runtimes: a match is there when it is wanted.
class Modes {
public:
    Modes() {
        for (auto& matcher : matchers_) matcher = std::make_unique<Matcher>(five_against_five());
    }
    void add(const Ticket& ticket) { (void)matchers_[ticket.id / 2 % modes]->add(ticket); }
    // Until there is nothing to look at. How many tickets were placed.
    std::size_t settle(Instant now) {
        std::size_t placed_in_all = 0;
        for (const auto& matcher : matchers_) {
            bool has_more = true;
            while (has_more) {
                while (matcher->matches().empty_count() < matcher->empty_wanted())
                    matcher->open_match(MatchId{++matches_});
                placed_.clear();
                has_more = matcher->step(now, looks_per_step, placed_);
                has_more |= !placed_.empty();
                placed_in_all += placed_.size();
            }
        }
        return placed_in_all;
    }

private:
    std::array<std::unique_ptr<Matcher>, modes> matchers_;
    std::vector<Placed> placed_;
    std::uint64_t matches_ = 0;
};

// Adding, and matching all that fit at once.
void match_cold_pool(benchmark::State& state) {
    const std::vector<Ticket> tickets = draw_tickets(static_cast<std::size_t>(state.range(0)));
    std::size_t placed = 0;
    for (auto _ : state) {
        state.PauseTiming();
        auto pool = std::make_unique<Modes>();
        state.ResumeTiming();
        for (const Ticket& ticket : tickets) pool->add(ticket);
        placed = pool->settle(Instant{});
        state.PauseTiming();
        pool.reset();
        state.ResumeTiming();
    }
    if (placed < tickets.size() / 20) state.SkipWithError("hardly anybody was matched");
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["matched"] = static_cast<double>(placed) / static_cast<double>(tickets.size());
}
BENCHMARK(match_cold_pool)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

// 10,000 new ones where a million wait and nobody can be matched: parties of four fit into no team
// beside one another.
void add_to_standing_pool(benchmark::State& state) {
    constexpr std::size_t fresh = 10'000;
    const auto standing = static_cast<std::size_t>(state.range(0));
    std::vector<Ticket> tickets =
        draw_tickets(standing + fresh * static_cast<std::size_t>(state.max_iterations));
    for (Ticket& ticket : tickets) ticket.players = 4;
    Modes pool;
    for (std::size_t i = 0; i < standing; ++i) pool.add(tickets[i]);
    std::size_t placed = pool.settle(Instant{});
    auto next = tickets.begin() + static_cast<std::ptrdiff_t>(standing);
    for (auto _ : state) {
        for (std::size_t i = 0; i < fresh; ++i) pool.add(*next++);
        placed += pool.settle(Instant{});
    }
    if (placed != 0) state.SkipWithError("somebody was matched");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(fresh));
}
BENCHMARK(add_to_standing_pool)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(20)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace playback::matchmaking
