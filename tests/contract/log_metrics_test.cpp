// What io::Log and io::Metrics write, as people and Prometheus read it.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "adapters/log/spdlog_log.h"
#include "adapters/prometheus/prometheus_metrics.h"

namespace playback::contract {
namespace {

using adapters::LogFormat;

constexpr WallTime moment{1'795'195'800'123};

TEST(SpdlogLog, WritesOneLineWithNamedFields) {
    const std::string line = adapters::format_log_line(LogFormat::text,
                                                       moment,
                                                       io::LogLevel::info,
                                                       "slot acquired",
                                                       {{"slot", 7}, {"path", "/var/lib"}});
    EXPECT_EQ(line, iso8601(moment) + " info slot acquired slot=7 path=/var/lib");
}

TEST(SpdlogLog, QuotesWhatIsNotPlainSoThatALineStaysALine) {
    const std::string line = adapters::format_log_line(
        LogFormat::text,
        moment,
        io::LogLevel::warn,
        "refused",
        {{"a", ""}, {"b", "two words"}, {"c", "line\nbreak"}, {"d", "x=\"y\""}});
    EXPECT_TRUE(line.ends_with(R"( refused a="" b="two words" c="line\nbreak" d="x=\"y\"")"))
        << line;
}

TEST(SpdlogLog, WritesJsonObjects) {
    const std::string line = adapters::format_log_line(
        LogFormat::json, moment, io::LogLevel::error, "node cannot go on", {{"reason", "a \"b\""}});
    EXPECT_EQ(line,
              R"({"time":")" + iso8601(moment) +
                  R"(","level":"error","event":"node cannot go on","reason":"a \"b\""})");
}

TEST(SpdlogLog, LevelsHaveNamesAndHideWhatIsBelow) {
    EXPECT_EQ(*adapters::parse_log_level("warn"), io::LogLevel::warn);
    EXPECT_EQ(adapters::parse_log_level("loud").error().code, Errc::invalid_argument);
    testing::internal::CaptureStderr();
    adapters::SpdlogLog log(io::LogLevel::warn, LogFormat::text);
    log.info("not shown");
    log.error("shown", {{"n", 1}});
    const std::string written = testing::internal::GetCapturedStderr();
    EXPECT_EQ(written.find("not shown"), std::string::npos);
    EXPECT_NE(written.find(" error shown n=1\n"), std::string::npos) << written;
}

TEST(PrometheusMetrics, RendersWhatWasCounted) {
    adapters::PrometheusMetrics metrics;
    metrics.counter("playback_requests_total", "Requests.", {{"call", "ping"}}).add(3);
    metrics.counter("playback_requests_total", "Requests.", {{"call", "ping"}}).add();
    metrics.counter("playback_requests_total", "Requests.", {{"call", "other"}}).add();
    metrics.gauge("playback_clients", "Clients.", {}).set(-5);
    io::Histogram& sizes = metrics.histogram("playback_batch_rows", "Rows.", {});
    for (const std::uint64_t value : {1U, 5U, 100U}) sizes.observe(value);

    const std::string text = metrics.render();
    for (const char* const line : {"# TYPE playback_requests_total counter",
                                   "playback_requests_total{call=\"ping\"} 4",
                                   "playback_requests_total{call=\"other\"} 1",
                                   "playback_clients -5",
                                   "playback_batch_rows_count 3",
                                   "playback_batch_rows_sum 106",
                                   "playback_batch_rows_bucket{le=\"4\"} 1",
                                   "playback_batch_rows_bucket{le=\"16\"} 2"})
        EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(PrometheusMetrics, SameNameAndLabelsAreTheSameHandle) {
    adapters::PrometheusMetrics metrics;
    io::Counter& one = metrics.counter("playback_x_total", "X.", {{"a", "1"}, {"b", "2"}});
    io::Counter& same = metrics.counter("playback_x_total", "X.", {{"b", "2"}, {"a", "1"}});
    io::Counter& other = metrics.counter("playback_x_total", "X.", {{"a", "1"}, {"b", "3"}});
    EXPECT_EQ(&one, &same);
    EXPECT_NE(&one, &other);
}

}  // namespace
}  // namespace playback::contract
