// ThreadOffload: io::Offload on a pool of threads.
//
// The queue is bounded by number and by the time that it takes: what would wait for longer than
// `wait_max` is not taken and `run` says so at once. A queue bounded by number alone was longer
// than the patience of the callers when a herd came to log in: everything was done for somebody who
// had left already, and came again (scenarios/regressions/herd-outlasts-its-patience.json).
// To wake the loop for a single result costs it more than the rest of what it does with it: threads
// and caches change hands. So while more short pieces wait, a thread goes on with them for as long
// as `hold_max` allows before it tells the loop of all of them. Resumers stay with the loop; a
// thread sees only the function. `stop` waits for the pieces that run (they may write into the
// frames of their callers) and destroys the others unrun, so call it before the loop destroys its
// coroutines, and destroy this only when the loop runs no more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "adapters/asio/loop.h"
#include "engine/io/offload.h"

namespace playback::adapters {

struct OffloadOptions {
    std::size_t threads = 1;
    std::size_t waiting_max = 256;         // pieces that no thread has taken yet
    Duration wait_max = seconds(2);        // by their costs
    Duration hold_max = milliseconds(10);  // of a result, by the costs of those that come after it
};

class ThreadOffload final : public io::Offload {
public:
    ThreadOffload(Loop& loop, const OffloadOptions& options);
    ThreadOffload(const ThreadOffload&) = delete;
    ThreadOffload& operator=(const ThreadOffload&) = delete;
    ~ThreadOffload() override { stop(); }

    io::Task<bool> run(std::move_only_function<void()> work, Duration cost) override;

    // Ends the threads. Idempotent.
    void stop();

private:
    using Work = std::move_only_function<void()>;

    struct Piece {
        std::uint64_t number = 0;
        Work work;
        Duration cost;
    };

    using Numbers = std::vector<std::uint64_t>;

    bool enqueue(std::uint64_t number, Work work, Duration cost);
    void serve();
    std::optional<Piece> take();
    std::optional<Piece> take_within(Duration most);
    Piece take_first();
    void finish(const Numbers& done);

    Loop& loop_;
    const std::size_t waiting_max_;
    const Duration waiting_cost_max_;  // of all threads together
    const Duration hold_max_;
    std::uint64_t last_number_ = 0;
    std::map<std::uint64_t, io::Resumer<bool>> callers_;  // of the loop

    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Piece> waiting_;
    Duration waiting_cost_;
    bool stopped_ = false;

    std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace playback::adapters
