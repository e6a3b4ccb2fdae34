// What one bcrypt hash of cost 4 costs, as a node makes it: for taking it off the cost of a login.
#include <cstdio>
#include <ctime>
#include <memory>

#include <crypt.h>

#include "bench/control/controls.h"

namespace playback::control {
namespace {

constexpr const char* setting = "$2b$04$abcdefghijklmnopqrstuu";
constexpr const char* password = "dHdlbnR5LWZvdXIgYnl0ZXMgb2YgaXQh";

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

int measure_password(double seconds) {
    const double begin = cpu_seconds();
    double end = begin;
    int count = 0;
    for (; end - begin < seconds; end = cpu_seconds()) {
        const auto data = std::make_unique<crypt_data>();
        const char* const hashed = ::crypt_r(password, setting, data.get());
        if (hashed == nullptr || hashed[0] == '*') return 1;
        ++count;
    }
    std::printf("{\"cpu_us\":%.3f}\n", (end - begin) * 1e6 / count);
    return 0;
}

}  // namespace playback::control
