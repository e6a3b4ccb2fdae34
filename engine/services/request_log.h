// RequestLog: an id for every request that was refused or failed, in its answer and in the log.
//
// The id is the caller's own, if it sent a valid one (`traceparent` of W3C Trace Context, else
// `X-Request-Id`); else one is made: the wall time at which the server began and a counter, so it
// draws no randomness and is not used twice. Nothing is done for requests that succeed. What failed
// (5xx) is a warning, what was refused (4xx) is for the level debug; at most lines_per_second_max
// lines of both are written, and the next line says how many were not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/services/http_handler.h"

namespace playback::services {

// The id that the caller gave the request, or empty if it gave none that is valid: 32 hexadecimal
// digits of a traceparent, or 1 to 64 of [A-Za-z0-9._-] of an X-Request-Id.
std::string_view trace_of(const wire::Request& request);

class RequestLog {
public:
    static constexpr std::uint32_t lines_per_second_max = 100;

    explicit RequestLog(io::Io& io);

    // The answer is complete, with a status of 400 or more: adds the header X-Request-Id, and
    // writes the line. `given` is trace_of(request), or empty.
    void note(std::string_view given,
              std::string_view route,
              std::string_view peer,
              Answer& answer);

private:
    std::string make_id();
    [[nodiscard]] bool has_room();

    io::Io& io_;
    const std::uint64_t began_ms_;
    std::uint64_t made_ = 0;
    Instant second_;  // the one that lines are counted in
    std::uint32_t lines_ = 0;
    std::uint64_t unwritten_ = 0;
};

}  // namespace playback::services
