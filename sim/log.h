// SimLog: the last lines of a node, kept for reports; and a callback for whoever wants all.
//
// Logs are not hashed: how much is logged must not change what a run is.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/io/log.h"

namespace playback::sim {

class World;

class SimLog final : public io::Log {
public:
    static constexpr std::size_t lines_max = 200;

    SimLog(World& world, std::string node) : world_(world), node_(std::move(node)) {}

    void write(io::LogLevel level,
               std::string_view event,
               std::initializer_list<io::LogField> fields) override;

    [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }
    void set_level(io::LogLevel least) { least_ = least; }
    void set_callback(std::function<void(std::string_view line)> callback) {
        callback_ = std::move(callback);
    }

private:
    World& world_;
    std::string node_;
    io::LogLevel least_ = io::LogLevel::info;
    std::deque<std::string> lines_;
    std::function<void(std::string_view)> callback_;
};

}  // namespace playback::sim
