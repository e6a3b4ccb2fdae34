// Asks the system for the addresses of a host name, off the loop and within a deadline.
#pragma once

#include <vector>

#include "adapters/asio/address.h"
#include "adapters/asio/loop.h"
#include "engine/io/clock.h"
#include "engine/io/network.h"

namespace playback::adapters {

// At least one address. Fails with timed_out, or invalid_argument if the name does not resolve.
io::Task<Result<std::vector<SocketAddress>>> resolve(Loop& loop,
                                                     io::Clock& clock,
                                                     io::Endpoint to,
                                                     Instant deadline);

}  // namespace playback::adapters
