#include "tools/bench_macro/proc_files.h"

#include <array>
#include <charconv>
#include <ctime>
#include <fstream>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

namespace playback::bench {
namespace {

// The words of one line, from the front.
class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    std::string_view next() {
        const std::size_t begin = text_.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return {};
        const std::size_t end = text_.find_first_of(" \t\n", begin);
        const std::string_view word = text_.substr(begin, end - begin);
        text_.remove_prefix(begin + word.size());
        return word;
    }
    std::optional<std::uint64_t> number() {
        const std::string_view word = next();
        std::uint64_t value = 0;
        const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
        if (word.empty() || read.ec != std::errc{}) return std::nullopt;
        return value;
    }

private:
    std::string_view text_;
};

}  // namespace

std::optional<MachineTicks> parse_machine_ticks(std::string_view stat) {
    Words words(stat);
    if (words.next() != "cpu") return std::nullopt;
    std::array<std::uint64_t, 8> ticks{};  // user nice system idle iowait irq softirq steal
    for (std::uint64_t& value : ticks) {
        const std::optional<std::uint64_t> read = words.number();
        if (!read) return std::nullopt;
        value = *read;
    }
    MachineTicks sum;
    sum.busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
    sum.stolen = ticks[7];
    sum.all = sum.busy + sum.stolen + ticks[3] + ticks[4];
    return sum;
}

std::optional<std::uint64_t> parse_status_kb(std::string_view status, std::string_view name) {
    while (!status.empty()) {
        const std::size_t end = status.find('\n');
        const std::string_view line = status.substr(0, end);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
            return Words(line.substr(name.size() + 1)).number();
        if (end == std::string_view::npos) break;
        status.remove_prefix(end + 1);
    }
    return std::nullopt;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    return std::move(text).str();
}

double seconds_of_ticks(std::uint64_t ticks) {
    static const auto per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    return static_cast<double>(ticks) / per_second;
}

double cpu_seconds_of(pid_t process) {
    clockid_t clock{};
    timespec time{};
    if (process <= 0 || ::clock_getcpuclockid(process, &clock) != 0) return 0;
    if (::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double cpu_seconds_of_ended_children() {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_kb_of(pid_t process) {
    const std::string status = read_text("/proc/" + std::to_string(process) + "/status");
    return static_cast<double>(parse_status_kb(status, "VmRSS").value_or(0));
}

MachineTicks machine_ticks() {
    return parse_machine_ticks(read_text("/proc/stat")).value_or(MachineTicks());
}

}  // namespace playback::bench
