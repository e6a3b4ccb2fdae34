#include "adapters/asio/process.h"

#include <csignal>
#include <cstdio>
#include <utility>

#include <unistd.h>

namespace playback::adapters {

void RealProcess::die(std::string_view reason) {
    log_.error("node cannot go on", {{"reason", reason}});
    std::fflush(stderr);
    ::_exit(exit_code_died);
}

StopSignals::StopSignals(Loop& loop, std::function<void(int)> on_signal)
    : loop_(loop), signals_(loop.context(), SIGINT, SIGTERM), on_signal_(std::move(on_signal)) {
    wait();
}

void StopSignals::wait() {
    signals_.async_wait([this](const boost::system::error_code& failure, int number) {
        if (failure) return;
        wait();
        if (!loop_.enter_inline()) return;
        const io::InlineScope turn{loop_};
        on_signal_(number);
    });
}

}  // namespace playback::adapters
