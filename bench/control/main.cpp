// bench-control: see README.md.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/control/controls.h"

namespace {

constexpr const char* usage =
    "usage: bench-control http\n"
    "       bench-control relay\n"
    "       bench-control storage SECONDS PATH ROWS_OF_BATCH BYTES_OF_BATCH\n"
    "(see bench/control/README.md)\n";

int measure_storage(char** words) {
    playback::control::StorageOrder order;
    order.seconds = std::atof(words[0]);
    order.path = words[1];
    order.rows = std::strtoull(words[2], nullptr, 10);
    order.batch_bytes = std::strtoull(words[3], nullptr, 10);
    if (order.rows == 0) return 2;
    return playback::control::measure_storage(order);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "http" && argc == 2) playback::control::serve_http();
    if (what == "relay" && argc == 2) playback::control::serve_relay();
    if (what == "storage" && argc == 6) return measure_storage(argv + 2);
    std::fputs(usage, stderr);
    return 2;
}
