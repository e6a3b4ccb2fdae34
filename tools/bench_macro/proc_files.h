// ProcFiles: what Linux says about the CPU time and the memory of a process, and in /proc about how
// busy the machine is. The parsers are pure; nothing is what such a file never says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace playback::bench {

// Of all cores together, from the text of /proc/stat.
struct MachineTicks {
    std::uint64_t busy = 0;
    std::uint64_t stolen = 0;  // what the hypervisor gave to others
    std::uint64_t all = 0;
};
std::optional<MachineTicks> parse_machine_ticks(std::string_view stat);

// A line like "VmRSS:    1234 kB" of /proc/PID/status, in kB.
std::optional<std::uint64_t> parse_status_kb(std::string_view status, std::string_view name);

// --- of this machine, now; zero if there is no such process ---

// All threads, those that have ended too. By the process's clock: /proc/PID/stat counts in ticks of
// 10 ms, which is too coarse for the difference of two times.
double cpu_seconds_of(pid_t process);
double cpu_seconds_of_ended_children();
double resident_kb_of(pid_t process);
MachineTicks machine_ticks();
double seconds_of_ticks(std::uint64_t ticks);
std::string read_text(const std::string& path);

}  // namespace playback::bench
