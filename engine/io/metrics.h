// Metrics: counters, gauges and histograms by name; handles are made once and then cost an
// addition.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace playback::io {

class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(std::uint64_t amount = 1) = 0;
};

class Gauge {
public:
    virtual ~Gauge() = default;
    virtual void set(std::int64_t value) = 0;
};

class Histogram {
public:
    virtual ~Histogram() = default;
    virtual void observe(std::uint64_t value) = 0;
};

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Metrics {
public:
    virtual ~Metrics() = default;

    // Names as Prometheus has them ("playback_http_requests_total"); the same name and labels give
    // the same handle, which lives as long as this.
    virtual Counter& counter(std::string_view name,
                             std::string_view help,
                             MetricLabels labels = {}) = 0;
    virtual Gauge& gauge(std::string_view name,
                         std::string_view help,
                         MetricLabels labels = {}) = 0;
    virtual Histogram& histogram(std::string_view name,
                                 std::string_view help,
                                 MetricLabels labels = {}) = 0;

    // All of them in the Prometheus text format.
    [[nodiscard]] virtual std::string render() const = 0;
};

}  // namespace playback::io
