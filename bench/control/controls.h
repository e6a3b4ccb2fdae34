// The controls, one for each word that `bench-control` takes.
#pragma once

#include <cstdint>
#include <string>

namespace playback::control {

[[noreturn]] void serve_http();
[[noreturn]] void serve_relay();

struct StorageOrder {
    std::string path;               // of the database
    std::uint64_t rows = 1;         // put by each batch, and as many erased
    std::uint64_t batch_bytes = 1;  // keys and values of all that
    double seconds = 1;
};
// Measures by itself and says one line of JSON; not 0 if something is wrong.
int measure_storage(const StorageOrder& order);

}  // namespace playback::control
