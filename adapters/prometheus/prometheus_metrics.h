// PrometheusMetrics: io::Metrics on the registry of prometheus-cpp, rendered as its text format.
//
// A handle is found by its name and labels once; adding through it is one atomic addition. All
// histograms have the same buckets: powers of four from 1, which suit bytes, counts and
// microseconds alike. One name has one kind of metric and one help text.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/io/metrics.h"

namespace prometheus {
class Registry;
}

namespace playback::adapters {

class PrometheusMetrics final : public io::Metrics {
public:
    PrometheusMetrics();
    PrometheusMetrics(const PrometheusMetrics&) = delete;
    PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;
    ~PrometheusMetrics() override;

    io::Counter& counter(std::string_view name,
                         std::string_view help,
                         io::MetricLabels labels) override;
    io::Gauge& gauge(std::string_view name,
                     std::string_view help,
                     io::MetricLabels labels) override;
    io::Histogram& histogram(std::string_view name,
                             std::string_view help,
                             io::MetricLabels labels) override;
    [[nodiscard]] std::string render() const override;

private:
    class CounterHandle;
    class GaugeHandle;
    class HistogramHandle;

    // By name and labels, as they are rendered.
    template <class Handle>
    using Handles = std::map<std::string, std::unique_ptr<Handle>>;

    std::unique_ptr<prometheus::Registry> registry_;
    Handles<io::Counter> counters_;
    Handles<io::Gauge> gauges_;
    Handles<io::Histogram> histograms_;
};

}  // namespace playback::adapters
