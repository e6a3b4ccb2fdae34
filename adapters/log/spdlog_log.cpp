#include "adapters/log/spdlog_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "engine/base/describe.h"

namespace playback::adapters {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"trace", "debug", "info", "warn", "error"};

std::string_view name_of(io::LogLevel level) {
    return level_names[static_cast<std::size_t>(level)];
}

bool is_plain(std::string_view value) {
    const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '='; };
    return !value.empty() && std::ranges::all_of(value, plain);
}

WallTime wall_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

}  // namespace

Result<io::LogLevel> parse_log_level(std::string_view name) {
    const auto found = std::ranges::find(level_names, name);
    if (found == level_names.end())
        return Error{
            Errc::invalid_argument,
            "log level must be trace, debug, info, warn or error, not " + std::string(name)};
    return static_cast<io::LogLevel>(found - level_names.begin());
}

std::string format_log_line(LogFormat format,
                            WallTime time,
                            io::LogLevel level,
                            std::string_view event,
                            std::initializer_list<io::LogField> fields) {
    std::string line;
    if (format == LogFormat::text) {
        line.append(iso8601(time)).append(" ").append(name_of(level)).append(" ").append(event);
        for (const io::LogField& field : fields) {
            line.append(" ").append(field.name).append("=");
            if (is_plain(field.value))
                line.append(field.value);
            else
                put_json_string(line, field.value);
        }
        return line;
    }
    const auto put = [&line](std::string_view name, std::string_view value) {
        line += line.empty() ? '{' : ',';
        put_json_string(line, name);
        line += ':';
        put_json_string(line, value);
    };
    put("time", iso8601(time));
    put("level", name_of(level));
    put("event", event);
    for (const io::LogField& field : fields) put(field.name, field.value);
    line += '}';
    return line;
}

SpdlogLog::SpdlogLog(io::LogLevel level, LogFormat format)
    : level_(level),
      format_(format),
      logger_(std::make_unique<spdlog::logger>("playback",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
    logger_->set_error_handler([](const std::string&) {});
}

SpdlogLog::~SpdlogLog() = default;

void SpdlogLog::write(io::LogLevel level,
                      std::string_view event,
                      std::initializer_list<io::LogField> fields) {
    if (level < level_) return;
    logger_->log(spdlog::level::info, format_log_line(format_, wall_now(), level, event, fields));
}

}  // namespace playback::adapters
