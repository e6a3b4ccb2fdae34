// HuntProgress: the live line of a hunt. On a terminal one line is written over and over; elsewhere
// a line every ten seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tools/farm/hunt.h"

namespace playback::tools {

class HuntProgress {
public:
    explicit HuntProgress(std::optional<std::chrono::seconds> limit);

    void show(const HuntTally& tally);
    // A line that stays, above the live one.
    void note(std::string_view line);
    // Takes the live line away.
    void end();

private:
    std::optional<std::chrono::seconds> limit_;
    bool is_terminal_;
    bool is_shown_ = false;
    std::chrono::steady_clock::time_point next_;
};

// "412/10000 runs, 58 a second, 3 h 12 min virtual, ...".
std::string progress_line(const HuntTally& tally, std::optional<std::chrono::seconds> limit);

// "3 h 12 min", "4 min 10 s", "12 s".
std::string span_text(double seconds);

}  // namespace playback::tools
