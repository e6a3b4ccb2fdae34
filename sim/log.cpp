#include "sim/log.h"

#include <array>

#include "engine/base/describe.h"
#include "sim/world.h"

namespace playback::sim {

void SimLog::write(io::LogLevel level,
                   std::string_view event,
                   std::initializer_list<io::LogField> fields) {
    constexpr std::array<std::string_view, 5> names = {"trace", "debug", "info", "warn", "error"};
    if (level < least_) return;
    const std::int64_t microseconds_now = world_.now().ns / 1000;
    std::string fraction = std::to_string(microseconds_now % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    std::string line = std::to_string(microseconds_now / 1'000'000) + "." + fraction + " " + node_;
    line += " ";
    line += names[static_cast<std::size_t>(level)];
    line += " ";
    line += event;
    for (const io::LogField& field : fields) {
        line += " ";
        line += field.name;
        line += "=";
        put_json_string(line, field.value);
    }
    if (callback_) callback_(line);
    lines_.push_back(std::move(line));
    if (lines_.size() > lines_max) lines_.pop_front();
}

}  // namespace playback::sim
