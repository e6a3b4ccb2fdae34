#include "tools/playback/hunt_progress.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/fault_catalogue.h"

namespace playback::tools {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t terminal_columns() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

std::uint64_t total(const std::map<std::string, std::uint64_t>& counts) {
    return std::accumulate(
        counts.begin(), counts.end(), std::uint64_t{0}, [](std::uint64_t sum, const auto& entry) {
            return sum + entry.second;
        });
}

// What is left by the runs that are left, or by the limit, whichever comes first.
std::string time_left(const HuntTally& tally, std::optional<std::chrono::seconds> limit) {
    if (tally.runs == 0) return "";
    const double each = tally.seconds / static_cast<double>(tally.runs);
    double left = each * static_cast<double>(tally.runs_planned - tally.runs);
    if (limit) left = std::min(left, static_cast<double>(limit->count()) - tally.seconds);
    return ", " + span_text(std::max(left, 0.0)) + " left";
}

// The fingerprints only: what follows is in the summary.
std::string failures_text(const HuntTally& tally) {
    std::map<std::string, std::uint64_t> by_fingerprint;
    for (const auto& [signature, count] : tally.failures)
        by_fingerprint[signature.substr(0, signature.find(": "))] += count;
    if (by_fingerprint.empty()) return "no failure";
    std::string text = "failures:";
    for (const auto& [fingerprint, count] : by_fingerprint)
        text += " " + fingerprint + " " + std::to_string(count);
    return text;
}

}  // namespace

std::string span_text(double seconds) {
    const auto whole = static_cast<std::uint64_t>(seconds);
    const auto pair = [](std::uint64_t a, const char* x, std::uint64_t b, const char* y) {
        return std::to_string(a) + x + std::to_string(b) + y;
    };
    if (whole >= 3600) return pair(whole / 3600, " h ", whole % 3600 / 60, " min");
    if (whole >= 60) return pair(whole / 60, " min ", whole % 60, " s");
    return std::to_string(whole) + " s";
}

std::string progress_line(const HuntTally& tally, std::optional<std::chrono::seconds> limit) {
    const double rate = static_cast<double>(tally.runs) / std::max(tally.seconds, 1e-3);
    std::string line =
        "hunt: " + std::to_string(tally.runs) + "/" + std::to_string(tally.runs_planned) +
        " runs, " + std::to_string(static_cast<std::uint64_t>(rate)) + " a second, " +
        span_text(static_cast<double>(tally.virtual_time.ns) / 1e9) + " virtual, " +
        std::to_string(total(tally.faults)) + " faults, " + std::to_string(tally.faults.size()) +
        "/" + std::to_string(sim::fault_catalogue().size()) + " probes hit, ";
    line += failures_text(tally) + time_left(tally, limit);
    if (!tally.shrinking.empty()) line += "; shrinking " + tally.shrinking;
    return line;
}

HuntProgress::HuntProgress(std::optional<std::chrono::seconds> limit)
    : limit_(limit), is_terminal_(::isatty(STDERR_FILENO) != 0) {
    if (!is_terminal_) next_ = Clock::now() + std::chrono::seconds(10);
}

void HuntProgress::show(const HuntTally& tally) {
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    std::string line = progress_line(tally, limit_);
    if (!is_terminal_) {
        next_ = now + std::chrono::seconds(10);
        return put(line + "\n");
    }
    next_ = now + std::chrono::milliseconds(200);
    line.resize(std::min(line.size(), terminal_columns() - 1));
    put("\r\x1b[K" + line);
    is_shown_ = true;
}

void HuntProgress::note(std::string_view line) {
    end();
    put(std::string(line) + "\n");
}

void HuntProgress::end() {
    if (is_shown_) put("\r\x1b[K");
    is_shown_ = false;
}

}  // namespace playback::tools
