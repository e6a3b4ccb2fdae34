// Keeper: the thread that owns the processes of a ProcessHost.
//
// It alone forks, for a child gets its SIGKILL when the thread that made it ends, and this thread
// ends with the node. All state is the thread's own; work comes in through `run`, in order, and
// every answer and every change goes out through functions that cross back. It sleeps in poll() on
// its children's exits and output; only memory is looked at by the clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/process/child.h"
#include "adapters/process/records.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/container_host.h"

namespace playback::adapters::process {

class Keeper {
public:
    struct Plan {
        io::ContainerSpec spec;
        std::string path;  // of the program
        bool hard_memory_limit = true;
    };
    using Work = std::move_only_function<void(Keeper&)>;
    using Done = std::move_only_function<void(Result<void>)>;

    // `changed` is called on the thread whenever a container has started or ended.
    Keeper(Records records, std::move_only_function<void()> changed);
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    // Kills what still runs. Work that has not been done yet is dropped.
    ~Keeper();

    // From any thread. Everything below is for the Work, on the Keeper's thread.
    void run(Work work);

    void start(Plan plan, Done done);
    void remove(const std::string& name, Duration grace, Done done);
    [[nodiscard]] std::vector<io::ContainerStatus> list(const std::string& label,
                                                        const std::string& value) const;
    [[nodiscard]] Result<std::string> logs(const std::string& name, std::size_t bytes_max) const;

    // The records are another process's from now on: it minds all containers, while ours, which
    // would die with us, only have their output written and are buried.
    void leave();
    // That process is no more. Fails with in_use or io_failed.
    Result<void> come_back();

    // From any thread, after `leave`. Blocks until none of ours is left, or `lifeline` is readable
    // (whoever has the other end is gone).
    void outlive(int lifeline);

private:
    using Clock = std::chrono::steady_clock;
    using Removed = std::move_only_function<void()>;

    struct Entry {
        ContainerRecord record;
        bool ours = false;  // our child; else found alive from an earlier node
        bool too_big = false;
        Descriptor exit;
        Descriptor output;
        LogFile log;
        std::optional<Clock::time_point> kill_at;
        std::vector<Removed> removed;  // who waits for it to be gone
    };

    void adopt();
    void loop();
    [[nodiscard]] int poll_timeout() const;
    bool take_work();
    void watch();
    void read_output(Entry& entry, std::size_t bytes_max);
    void finish(Entry& entry);
    void enforce(Clock::time_point now);
    void begin_removal(Entry& entry, Duration grace, Removed removed);
    void drop(const std::string& name);
    Result<void> launch(const Plan& plan);
    void tell_if_empty();

    Records records_;
    std::move_only_function<void()> changed_;
    std::map<std::string, Entry> entries_;
    Clock::time_point look_at_;  // when memory is looked at next
    bool has_left_ = false;
    Descriptor wake_;   // an eventfd
    Descriptor empty_;  // an eventfd: none of ours is left

    std::mutex mutex_;
    std::vector<Work> work_;  // guarded by mutex_; bounded by the callers that wait for it
    bool stopping_ = false;   // guarded by mutex_
    std::thread thread_;
};

}  // namespace playback::adapters::process
