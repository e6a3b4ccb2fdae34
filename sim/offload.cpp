#include "sim/offload.h"

#include <algorithm>
#include <utility>

#include "engine/base/plant.h"
#include "sim/world.h"

namespace playback::sim {

SimOffload::SimOffload(World& world, SimScheduler& scheduler, Random random)
    : world_(world), scheduler_(scheduler), random_(random) {
    for (std::size_t i = 0; i < workers; ++i) slots_.push_back(std::make_unique<Slot>(*this));
}

io::Task<bool> SimOffload::run(std::move_only_function<void()> work, Duration cost) {
    const Duration most = wait_max * static_cast<std::int64_t>(workers);
    const bool is_too_long = !waiting_.empty() && waiting_cost_ + cost > most;
    if (is_too_long || waiting_.size() >= waiting_max) co_return false;
    auto job = std::make_unique<Job>();
    job->work = std::move(work);
    job->cost = cost;
    auto start = [this, &job](io::Resumer<bool> resumer) {
        job->resumer = std::move(resumer);
        submit(std::move(job));
    };
    const bool ran = co_await io::suspend<bool>(start);
    co_return ran;
}

void SimOffload::submit(std::unique_ptr<Job> job) {
    for (const auto& slot : slots_)
        if (!slot->job) return begin(*slot, std::move(job));
    waiting_cost_ = waiting_cost_ + job->cost;
    waiting_.push_back(std::move(job));
}

void SimOffload::begin(Slot& slot, std::unique_ptr<Job> job) {
    // Threads are never exact: up to a tenth more.
    Duration late = random_.between(Duration{}, job->cost / 10);
#ifdef PLAYBACK_PLANTS
    // Not in the bank, since no invariant breaks: tools/determinism must find it.
    if (planted("entropy_in_simulation"))
        late = nanoseconds(static_cast<std::int64_t>(planted_entropy() % 1'000'000));
#endif
    slot.job = std::move(job);
    world_.schedule(slot.done, world_.now() + slot.job->cost + late);
}

void SimOffload::finished(Slot& slot) {
    if (scheduler_.dead()) return;
    if (!scheduler_.can_run()) {
        world_.schedule(slot.done, scheduler_.retry_at());
        return;
    }
    const std::unique_ptr<Job> job = std::move(slot.job);
    if (!waiting_.empty()) {
        std::unique_ptr<Job> next = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_cost_ = waiting_cost_ - next->cost;
        begin(slot, std::move(next));
    }
    world_.trace().record(
        TraceKind::offload, scheduler_.subject(), static_cast<std::uint64_t>(job->cost.ns));
    std::move(job->work)();
    scheduler_.complete(job->resumer, true);
}

SimWorker::SimWorker(World& world, SimScheduler& scheduler, std::function<Instant()> completion)
    : world_(world), scheduler_(scheduler), completion_(std::move(completion)) {
}

void SimWorker::run(std::move_only_function<void()> work, std::move_only_function<void()> done) {
    pieces_.push_back({std::move(work), std::move(done)});
    if (pieces_.size() == 1) world_.schedule(begin_, world_.now());
}

void SimWorker::begin() {
    if (scheduler_.dead()) return;
    if (!scheduler_.can_run()) {
        world_.schedule(begin_, scheduler_.retry_at());
        return;
    }
    std::move(pieces_.front().work)();
    world_.schedule(finished_, std::max(completion_(), world_.now()));
}

void SimWorker::finished() {
    if (scheduler_.dead()) return;
    if (!scheduler_.can_run()) {
        world_.schedule(finished_, scheduler_.retry_at());
        return;
    }
    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (!pieces_.empty()) world_.schedule(begin_, world_.now());
    scheduler_.inside([&piece] { std::move(piece.done)(); });
}

}  // namespace playback::sim
