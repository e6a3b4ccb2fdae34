// Log: one line per fact, with named fields. Never secrets: no token, password or profile.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace playback::io {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

struct LogField {
    LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
    LogField(std::string_view field, const char* text) : name(field), value(text) {}
    template <class Number>
        requires(!std::is_convertible_v<Number, std::string_view>)
    LogField(std::string_view field, Number number) : name(field), value(std::to_string(number)) {}

    std::string_view name;
    std::string value;
};

class Log {
public:
    virtual ~Log() = default;
    // `event` is a short constant sentence ("slot acquired"); what varies goes into the fields.
    virtual void write(LogLevel level,
                       std::string_view event,
                       std::initializer_list<LogField> fields) = 0;

    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, event, fields);
    }
};

}  // namespace playback::io
