// HttpMetrics: what the HTTP server counts, as handles that cost an addition.
//
// One counter for each (route, status) that has occurred; both come from closed lists, so labels
// cannot grow with what the outside sends.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/io/metrics.h"

namespace playback::services {

class HttpMetrics {
public:
    HttpMetrics(io::Metrics& metrics, std::span<const std::string_view> routes);

    void answered(std::size_t route, int status);
    void received(std::size_t bytes) { received_.add(bytes); }
    void sent(std::size_t bytes) { sent_.add(bytes); }
    void waiting(std::ptrdiff_t change) { waiting_gauge_.set(waiting_ += change); }
    void connections(std::size_t count) { connections_.set(static_cast<std::int64_t>(count)); }

private:
    // The statuses that we send; any other is counted as "other".
    static constexpr std::array statuses =
        {101, 200, 400, 401, 403, 404, 405, 408, 409, 413, 414, 426, 429, 431, 500, 501, 503};
    using Row = std::array<io::Counter*, statuses.size() + 1>;

    io::Metrics& metrics_;
    std::span<const std::string_view> routes_;
    std::vector<Row> answered_;
    io::Counter& received_;
    io::Counter& sent_;
    io::Gauge& connections_;
    io::Gauge& waiting_gauge_;
    std::int64_t waiting_ = 0;
};

}  // namespace playback::services
