#include "adapters/asio/loop.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace playback::adapters {
namespace {

// Sets a value for the length of a scope, whichever way it is left.
template <class T>
class Temporarily {
public:
    Temporarily(T& place, T value) : place_(place), before_(std::exchange(place, value)) {}
    Temporarily(const Temporarily&) = delete;
    Temporarily& operator=(const Temporarily&) = delete;
    ~Temporarily() { place_ = before_; }

private:
    T& place_;
    T before_;
};

}  // namespace

// One thread runs the context and touches its sockets, so Asio may leave out the locks around them;
// other threads may still post.
Loop::Loop()
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), kept_busy_(context_.get_executor()) {
}

Loop::~Loop() {
    shutdown();
}

void Loop::post(std::unique_ptr<io::Operation> operation) {
    ready_.push_back(std::move(operation));
    schedule_drain();
}

bool Loop::enter_inline() {
    if (!running_ || depth_ >= inline_depth_max) return false;
    if (depth_ == 0) ++turn_;  // a completion of the kernel
    ++depth_;
    return true;
}

void Loop::run() {
    CHECK(!stopping_ && !running_);
    const Temporarily running(running_, true);
    const Temporarily depth(depth_, 0);
    context_.restart();
    context_.run();
}

void Loop::schedule_drain() {
    if (drain_scheduled_ || stopping_) return;
    drain_scheduled_ = true;
    boost::asio::post(context_, [this] { drain(); });
}

void Loop::drain() {
    drain_scheduled_ = false;
    struct Again {  // also when an operation throws
        Loop& loop;
        ~Again() {
            if (!loop.ready_.empty()) loop.schedule_drain();
        }
    };
    const Again again{*this};
    const Temporarily depth(depth_, 1);

    // Not those that these operations post: they take the next turn, after a look at the sockets.
    for (std::size_t left = std::min(ready_.size(), operations_per_turn);
         left > 0 && !context_.stopped();
         --left) {
        const std::unique_ptr<io::Operation> operation = std::move(ready_.front());
        ready_.pop_front();
        ++turn_;
        operation->run();
    }
}

void Loop::post_from_other_thread(Work work) {
    const std::scoped_lock lock(inbox_lock_);
    inbox_.push_back(std::move(work));
    if (inbox_.size() == 1) boost::asio::post(context_, [this] { take_inbox(); });
}

void Loop::take_inbox() {
    std::vector<Work> taken;
    {
        const std::scoped_lock lock(inbox_lock_);
        taken.swap(inbox_);
    }
    for (Work& work : taken) io::post_function(*this, std::move(work));
}

void Loop::shutdown() {
    CHECK(!running_);
    stopping_ = true;
    for (;;) {
        destroy_suspended();
        std::vector<Work> unrun;
        {
            const std::scoped_lock lock(inbox_lock_);
            unrun.swap(inbox_);
        }
        const std::deque<std::unique_ptr<io::Operation>> unfinished = std::exchange(ready_, {});
        if (unfinished.empty() && unrun.empty()) return;
    }
}

}  // namespace playback::adapters
