#include "adapters/asio/worker.h"

#include <utility>

namespace playback::adapters {

ThreadWorker::ThreadWorker(Loop& loop) : loop_(loop), thread_([this] { serve(); }) {
}

void ThreadWorker::run(Work work, Work done) {
    {
        const std::scoped_lock lock(lock_);
        if (stopped_) return;
        done_.push_back(std::move(done));
        waiting_.push_back(std::move(work));
    }
    changed_.notify_one();
}

void ThreadWorker::serve() {
    for (;;) {
        Work work;
        {
            std::unique_lock lock(lock_);
            changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
            if (stopped_) return;
            work = std::move(waiting_.front());
            waiting_.pop_front();
        }
        work();
        work = nullptr;  // what it holds is gone before its owner hears of the end
        loop_.post_from_other_thread([this] { finish_one(); });
    }
}

// Pieces come back in the order in which they were given.
void ThreadWorker::finish_one() {
    if (done_.empty()) return;  // stopped since
    Work done = std::move(done_.front());
    done_.pop_front();
    done();
}

void InlineWorker::run(std::move_only_function<void()> work, std::move_only_function<void()> done) {
    work();
    done_.push_back(std::move(done));
    io::post_function(loop_, [this] { finish_one(); });
}

void InlineWorker::finish_one() {
    if (done_.empty()) return;  // dropped since
    std::move_only_function<void()> done = std::move(done_.front());
    done_.pop_front();
    done();
}

void ThreadWorker::stop() {
    {
        const std::scoped_lock lock(lock_);
        if (stopped_) return;
        stopped_ = true;
    }
    changed_.notify_one();
    thread_.join();
    waiting_.clear();
    done_.clear();
}

}  // namespace playback::adapters
