// Connect: TCP connections to a server on this machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/process/child.h"
#include "engine/base/result.h"

namespace playback::bench {

using adapters::process::Descriptor;

// A connection to 127.0.0.1:`port`, without delay. Each 16,000th `number` comes from another
// address of 127/8, so that ports do not run out. Blocking.
Result<Descriptor> connect_to(std::uint16_t port, std::size_t number = 0);

// A port that is free now.
Result<std::uint16_t> free_port();

}  // namespace playback::bench
