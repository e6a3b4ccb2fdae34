#include "engine/services/http_metrics.h"

#include <gtest/gtest.h>

#include "tests/services/fake_world.h"

namespace playback::services {
namespace {

TEST(HttpMetrics, CountsByRouteAndStatus) {
    tests::FakeMetrics metrics;
    constexpr std::array<std::string_view, 2> routes = {"unknown", "/ping"};
    HttpMetrics counted(metrics, routes);
    counted.answered(1, 200);
    counted.answered(1, 200);
    counted.answered(0, 404);
    counted.answered(0, 299);
    counted.received(10);
    counted.sent(20);
    counted.connections(3);
    counted.waiting(2);
    counted.waiting(-1);

    auto& counters = metrics.counters;
    EXPECT_EQ(counters["playback_http_requests_total route=/ping status=200"].value, 2U);
    EXPECT_EQ(counters["playback_http_requests_total route=unknown status=404"].value, 1U);
    EXPECT_EQ(counters["playback_http_requests_total route=unknown status=other"].value, 1U);
    EXPECT_EQ(counters["playback_http_received_bytes_total"].value, 10U);
    EXPECT_EQ(counters["playback_http_sent_bytes_total"].value, 20U);
    EXPECT_EQ(metrics.gauges["playback_http_connections"].value, 3);
    EXPECT_EQ(metrics.gauges["playback_http_requests_waiting"].value, 1);
}

}  // namespace
}  // namespace playback::services
