#include "adapters/asio/offload.h"

#include <utility>

namespace playback::adapters {

ThreadOffload::ThreadOffload(Loop& loop, const OffloadOptions& options)
    : loop_(loop),
      waiting_max_(options.waiting_max),
      waiting_cost_max_(options.wait_max * static_cast<std::int64_t>(options.threads)),
      hold_max_(options.hold_max) {
    CHECK(options.threads > 0);
    for (std::size_t i = 0; i < options.threads; ++i) threads_.emplace_back([this] { serve(); });
}

io::Task<bool> ThreadOffload::run(Work work, Duration cost) {
    const std::uint64_t number = ++last_number_;
    if (!enqueue(number, std::move(work), cost)) co_return false;
    auto wait = [this, number](io::Resumer<bool> resumer) {
        callers_.emplace(number, std::move(resumer));
    };
    co_return co_await io::suspend<bool>(wait);
}

bool ThreadOffload::enqueue(std::uint64_t number, Work work, Duration cost) {
    {
        const std::scoped_lock lock(lock_);
        const bool is_too_long = waiting_cost_ + cost > waiting_cost_max_;
        if (stopped_ || waiting_.size() >= waiting_max_) return false;
        if (!waiting_.empty() && is_too_long) return false;
        waiting_cost_ = waiting_cost_ + cost;
        waiting_.push_back({number, std::move(work), cost});
    }
    changed_.notify_one();
    return true;
}

void ThreadOffload::serve() {
    while (std::optional<Piece> piece = take()) {
        Numbers done;
        for (Duration left = hold_max_; piece; piece = take_within(left)) {
            if (!done.empty()) left = left - piece->cost;
            piece->work();
            piece->work = nullptr;
            done.push_back(piece->number);
        }
        loop_.post_from_other_thread([this, done = std::move(done)] { finish(done); });
    }
}

// The next one, when there is one; none when all is to end.
std::optional<ThreadOffload::Piece> ThreadOffload::take() {
    std::unique_lock lock(lock_);
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return std::nullopt;
    return take_first();
}

// The next one if it waits already and takes no longer than that.
std::optional<ThreadOffload::Piece> ThreadOffload::take_within(Duration most) {
    const std::scoped_lock lock(lock_);
    if (stopped_ || waiting_.empty() || waiting_.front().cost > most) return std::nullopt;
    return take_first();
}

ThreadOffload::Piece ThreadOffload::take_first() {
    Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_cost_ = waiting_cost_ - piece.cost;
    return piece;
}

// The callers are in the table by now: each suspended in the turn in which it gave its piece, and
// this is a later one. They go on one by one, each an operation of its own.
void ThreadOffload::finish(const Numbers& done) {
    for (const std::uint64_t number : done) {
        const auto found = callers_.find(number);
        if (found == callers_.end()) continue;
        io::Resumer<bool> caller = std::move(found->second);
        callers_.erase(found);
        if (done.size() == 1)
            caller.resume_now(true);
        else
            caller.resume(true);
    }
}

void ThreadOffload::stop() {
    {
        const std::scoped_lock lock(lock_);
        if (stopped_) return;
        stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    waiting_.clear();
    callers_.clear();
}

}  // namespace playback::adapters
