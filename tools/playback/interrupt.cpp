#include "tools/playback/interrupt.h"

#include <csignal>

namespace playback::tools {
namespace {

volatile std::sig_atomic_t flag = 0;

void on_signal(int number) {
    if (flag != 0) {
        std::signal(number, SIG_DFL);
        std::raise(number);
    }
    flag = 1;
}

}  // namespace

void watch_for_interrupt() {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

bool interrupted() {
    return flag != 0;
}

}  // namespace playback::tools
