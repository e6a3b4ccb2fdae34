// ChildProcess: a server that runs as long as this does.
//
// In a process group of its own, so that Ctrl-C in a terminal reaches only us and we end it; and
// killed by the kernel if we die first. Start it from the thread that lives longest.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "adapters/process/child.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace playback::bench {

struct ChildOrder {
    std::vector<std::string> command;  // the first is the path of the program
    std::string errors;                // file that standard error goes to
    int core = -1;                     // to stay on; -1: any
};

// What a program that ended by itself said and took.
struct Ended {
    std::string output;
    int code = -1;           // -1: a signal ended it
    double cpu_seconds = 0;  // with the children that it waited for
};

class ChildProcess {
public:
    ChildProcess() = default;
    static Result<ChildProcess> start(const ChildOrder& order);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    // Asks it to end, and makes it after a while.
    ~ChildProcess() { stop(); }

    [[nodiscard]] pid_t pid() const { return pid_; }
    // What it says within `patience`; nothing if that is over, or closed at the end of its output.
    Result<std::string> next_bytes(Duration patience);
    // The next line of its standard output. Fails with its errors if it ended, or as timed_out.
    Result<std::string> next_line(Duration patience);
    void stop();
    // Waits until it ends by itself.
    Ended join();

private:
    pid_t pid_ = 0;
    adapters::process::Descriptor output_;
    std::string unread_;
    std::string errors_;
};

// Runs it to its end. Fails as `start` does, or with unavailable when interrupted.
Result<Ended> run_to_end(const ChildOrder& order, const std::function<bool()>& is_interrupted);

}  // namespace playback::bench
