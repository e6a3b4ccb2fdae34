// The process that a real node is: how it dies, and the signals that ask it to stop.
#pragma once

#include <functional>
#include <string_view>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/asio/loop.h"
#include "engine/io/io.h"
#include "engine/io/log.h"

namespace playback::adapters {

inline constexpr int exit_code_died = 70;  // EX_SOFTWARE of sysexits

class RealProcess final : public io::Process {
public:
    explicit RealProcess(io::Log& log) : log_(log) {}

    // Logs `reason` and ends the process at once: no destructor, no buffer, no other write.
    [[noreturn]] void die(std::string_view reason) override;

private:
    io::Log& log_;
};

// Calls `on_signal` on the loop, with the signal's number, at each SIGINT and SIGTERM while it
// lives. One per process.
class StopSignals {
public:
    StopSignals(Loop& loop, std::function<void(int)> on_signal);

private:
    void wait();

    Loop& loop_;
    boost::asio::basic_signal_set<boost::asio::io_context::executor_type> signals_;
    std::function<void(int)> on_signal_;
};

}  // namespace playback::adapters
