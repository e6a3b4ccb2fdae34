// ThreadOffload: io::Offload on a pool of threads.
//
// The queue is bounded: beyond `waiting_max` pieces nothing is taken and `run` says so at once.
// Resumers stay with the loop; a thread sees only the function. `stop` waits for the pieces that
// run (they may write into the frames of their callers) and destroys the others unrun, so call it
// before the loop destroys its coroutines, and destroy this only when the loop runs no more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/asio/loop.h"
#include "engine/io/offload.h"

namespace playback::adapters {

struct OffloadOptions {
    std::size_t threads = 1;
    std::size_t waiting_max = 256;  // pieces that no thread has taken yet
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
    };

    bool enqueue(std::uint64_t number, Work work);
    void serve();
    void finish(std::uint64_t number);

    Loop& loop_;
    const std::size_t waiting_max_;
    std::uint64_t last_number_ = 0;
    std::map<std::uint64_t, io::Resumer<bool>> callers_;  // of the loop

    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Piece> waiting_;
    bool stopped_ = false;

    std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace playback::adapters
