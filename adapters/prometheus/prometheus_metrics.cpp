#include "adapters/prometheus/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace playback::adapters {
namespace {

prometheus::Labels labels_of(io::MetricLabels labels) {
    prometheus::Labels result;
    for (const auto& [name, value] : labels) result.emplace(name, value);
    return result;
}

std::string key_of(std::string_view name, const prometheus::Labels& labels) {
    std::string key(name);
    for (const auto& [label, value] : labels)
        key.append("\n").append(label).append("=").append(value);
    return key;
}

// 1, 4, 16 ... 4^12 (16.8 million).
prometheus::Histogram::BucketBoundaries buckets() {
    prometheus::Histogram::BucketBoundaries bounds;
    double bound = 1;
    for (int i = 0; i <= 12; ++i, bound *= 4) bounds.push_back(bound);
    return bounds;
}

// The handle of `name` and `labels`; `make` adds it to its family the first time.
template <class Handles, class Make>
auto& find_or_make(Handles& handles, std::string_view name, io::MetricLabels labels, Make make) {
    const prometheus::Labels all = labels_of(labels);
    auto& handle = handles[key_of(name, all)];
    if (!handle) handle = make(all);
    return *handle;
}

template <class Builder>
auto& family(Builder builder,
             prometheus::Registry& registry,
             std::string_view name,
             std::string_view help) {
    return builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
}

}  // namespace

class PrometheusMetrics::CounterHandle final : public io::Counter {
public:
    explicit CounterHandle(prometheus::Counter& counter) : counter_(counter) {}
    void add(std::uint64_t amount) override { counter_.Increment(static_cast<double>(amount)); }

private:
    prometheus::Counter& counter_;
};

class PrometheusMetrics::GaugeHandle final : public io::Gauge {
public:
    explicit GaugeHandle(prometheus::Gauge& gauge) : gauge_(gauge) {}
    void set(std::int64_t value) override { gauge_.Set(static_cast<double>(value)); }

private:
    prometheus::Gauge& gauge_;
};

class PrometheusMetrics::HistogramHandle final : public io::Histogram {
public:
    explicit HistogramHandle(prometheus::Histogram& histogram) : histogram_(histogram) {}
    void observe(std::uint64_t value) override { histogram_.Observe(static_cast<double>(value)); }

private:
    prometheus::Histogram& histogram_;
};

PrometheusMetrics::PrometheusMetrics() : registry_(std::make_unique<prometheus::Registry>()) {
}

PrometheusMetrics::~PrometheusMetrics() = default;

io::Counter& PrometheusMetrics::counter(std::string_view name,
                                        std::string_view help,
                                        io::MetricLabels labels) {
    return find_or_make(counters_, name, labels, [&](const prometheus::Labels& all) {
        auto& counters = family(prometheus::BuildCounter(), *registry_, name, help);
        return std::make_unique<CounterHandle>(counters.Add(all));
    });
}

io::Gauge& PrometheusMetrics::gauge(std::string_view name,
                                    std::string_view help,
                                    io::MetricLabels labels) {
    return find_or_make(gauges_, name, labels, [&](const prometheus::Labels& all) {
        auto& gauges = family(prometheus::BuildGauge(), *registry_, name, help);
        return std::make_unique<GaugeHandle>(gauges.Add(all));
    });
}

io::Histogram& PrometheusMetrics::histogram(std::string_view name,
                                            std::string_view help,
                                            io::MetricLabels labels) {
    return find_or_make(histograms_, name, labels, [&](const prometheus::Labels& all) {
        auto& histograms = family(prometheus::BuildHistogram(), *registry_, name, help);
        return std::make_unique<HistogramHandle>(histograms.Add(all, buckets()));
    });
}

std::string PrometheusMetrics::render() const {
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace playback::adapters
