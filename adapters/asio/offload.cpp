#include "adapters/asio/offload.h"

#include <utility>

namespace playback::adapters {

ThreadOffload::ThreadOffload(Loop& loop, const OffloadOptions& options)
    : loop_(loop),
      waiting_max_(options.waiting_max),
      waiting_cost_max_(options.wait_max * static_cast<std::int64_t>(options.threads)) {
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
    for (;;) {
        Piece piece;
        {
            std::unique_lock lock(lock_);
            changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
            if (stopped_) return;
            piece = std::move(waiting_.front());
            waiting_.pop_front();
            waiting_cost_ = waiting_cost_ - piece.cost;
        }
        piece.work();
        piece.work = nullptr;
        loop_.post_from_other_thread([this, number = piece.number] { finish(number); });
    }
}

// The caller is in the table by now: it suspended in the turn in which it gave the piece, and this
// is a later one.
void ThreadOffload::finish(std::uint64_t number) {
    const auto found = callers_.find(number);
    if (found == callers_.end()) return;
    io::Resumer<bool> caller = std::move(found->second);
    callers_.erase(found);
    caller.resume_now(true);
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
