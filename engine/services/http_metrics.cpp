#include "engine/services/http_metrics.h"

#include <algorithm>
#include <string>

#include "engine/base/check.h"

namespace playback::services {

HttpMetrics::HttpMetrics(io::Metrics& metrics, std::span<const std::string_view> routes)
    : metrics_(metrics),
      routes_(routes),
      answered_(routes.size(), Row{}),
      received_(metrics.counter("playback_http_received_bytes_total", "Bytes of requests read")),
      sent_(metrics.counter("playback_http_sent_bytes_total", "Bytes of answers written")),
      connections_(metrics.gauge("playback_http_connections", "Open HTTP connections")),
      waiting_gauge_(
          metrics.gauge("playback_http_requests_waiting", "Requests whose answer is awaited")) {
    CHECK(!routes.empty());
}

void HttpMetrics::answered(std::size_t route, int status) {
    CHECK(route < answered_.size());
    const auto column =
        static_cast<std::size_t>(std::ranges::find(statuses, status) - statuses.begin());
    io::Counter*& counter = answered_[route][column];
    if (counter == nullptr) {
        const std::string text = column < statuses.size() ? std::to_string(status) : "other";
        counter = &metrics_.counter("playback_http_requests_total",
                                    "Requests answered, by route and status",
                                    {{"route", routes_[route]}, {"status", text}});
    }
    counter->add();
}

}  // namespace playback::services
