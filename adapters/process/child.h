// Child: one process of a container: how it is born, recognised, signalled and buried.
//
// A process is known by its number, its start time and the boot it belongs to, so a number that was
// given to somebody else is never signalled. It leads its own process group, gets SIGKILL when the
// thread that made it ends, and has no environment but what it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.h"

namespace playback::adapters::process {

// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    void reset();

private:
    int number_ = -1;
};

// "open /x: Permission denied", from errno.
Error errno_error(std::string what);

struct ProcessId {
    pid_t pid = 0;
    std::uint64_t started = 0;  // clock ticks since boot
};

struct Child {
    ProcessId id;
    Descriptor exit;    // readable once it has ended (a pidfd)
    Descriptor output;  // its stdout and stderr; non-blocking
};

struct ChildPlan {
    std::string path;
    std::vector<std::pair<std::string, std::string>> environment;
    std::uint64_t data_bytes_max = 0;  // RLIMIT_DATA; 0: none
};

// Call from a thread that lives as long as the child shall. Fails with io_failed, also if the
// program cannot be executed.
Result<Child> spawn_child(const ChildPlan& plan);

// A descriptor that is readable once that very process has ended; none if it has.
std::optional<Descriptor> open_process(const ProcessId& id);

// Names this boot of this machine: start times mean nothing across boots.
std::string boot_id();

// Bytes of memory that the process itself keeps resident; 0 if it is gone.
std::uint64_t resident_bytes(pid_t pid);

// Signals the whole group of a leader that is known to be alive or not yet buried.
void signal_group(pid_t leader, int signal);

struct Ending {
    std::int32_t exit_code = 0;
    std::string reason;
};

// Ends what is left of the group of our child that has ended, and buries the child.
Ending bury_child(pid_t pid);

}  // namespace playback::adapters::process
