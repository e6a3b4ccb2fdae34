// SimMetrics: io::Metrics as plain numbers in a map; scenarios read them, tests compare them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/io/metrics.h"

namespace playback::sim {

class SimMetrics final : public io::Metrics {
public:
    io::Counter& counter(std::string_view name,
                         std::string_view help,
                         io::MetricLabels labels = {}) override;
    io::Gauge& gauge(std::string_view name,
                     std::string_view help,
                     io::MetricLabels labels = {}) override;
    io::Histogram& histogram(std::string_view name,
                             std::string_view help,
                             io::MetricLabels labels = {}) override;
    [[nodiscard]] std::string render() const override;

    // The value of `series` ("name" or `name{label="x"}`), 0 if there is none. A histogram has
    // NAME_count and NAME_sum.
    [[nodiscard]] std::int64_t value(std::string_view series) const;

private:
    struct Number final : io::Counter, io::Gauge {
        void add(std::uint64_t amount) override { value += static_cast<std::int64_t>(amount); }
        void set(std::int64_t to) override { value = to; }
        std::int64_t value = 0;
    };
    struct Spread final : io::Histogram {
        void observe(std::uint64_t seen) override {
            ++count;
            sum += seen;
        }
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
    };
    template <class T>
    using Series = std::map<std::string, std::unique_ptr<T>, std::less<>>;

    Series<Number> numbers_;
    Series<Spread> spreads_;
};

}  // namespace playback::sim
