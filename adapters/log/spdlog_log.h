// SpdlogLog: io::Log as lines on standard error, through spdlog.
//
// As text: `2026-11-20T17:30:00.123Z info slot acquired slot=7 epoch=12`, a value in JSON quotes if
// it is empty or has anything but plain characters. As JSON: one object a line, the event under
// "event". Thread safe. What cannot be written is lost: a log never stops the node.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/log.h"

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): its name
}

namespace playback::adapters {

enum class LogFormat : std::uint8_t { text, json };

// "trace", "debug", "info", "warn", "error". Fails with invalid_argument.
Result<io::LogLevel> parse_log_level(std::string_view name);

// One line without its end.
std::string format_log_line(LogFormat format,
                            WallTime time,
                            io::LogLevel level,
                            std::string_view event,
                            std::initializer_list<io::LogField> fields);

class SpdlogLog final : public io::Log {
public:
    SpdlogLog(io::LogLevel level, LogFormat format);
    SpdlogLog(const SpdlogLog&) = delete;
    SpdlogLog& operator=(const SpdlogLog&) = delete;
    ~SpdlogLog() override;

    void write(io::LogLevel level,
               std::string_view event,
               std::initializer_list<io::LogField> fields) override;

private:
    io::LogLevel level_;
    LogFormat format_;
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace playback::adapters
