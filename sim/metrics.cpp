#include "sim/metrics.h"

namespace playback::sim {
namespace {

std::string series_name(std::string_view name, io::MetricLabels labels) {
    std::string text(name);
    if (labels.size() == 0) return text;
    text += '{';
    for (const auto& [label, value] : labels) {
        if (text.back() != '{') text += ',';
        text += label;
        text += "=\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    text += '}';
    return text;
}

// `name{labels}` with a suffix to the name.
std::string with_suffix(std::string_view series, std::string_view suffix) {
    const std::size_t brace = std::min(series.find('{'), series.size());
    std::string text(series.substr(0, brace));
    text += suffix;
    text += series.substr(brace);
    return text;
}

template <class Map>
auto& at(Map& map, const std::string& series) {
    auto& slot = map[series];
    if (!slot) slot = std::make_unique<typename Map::mapped_type::element_type>();
    return *slot;
}

}  // namespace

io::Counter& SimMetrics::counter(std::string_view name, std::string_view, io::MetricLabels labels) {
    return at(numbers_, series_name(name, labels));
}

io::Gauge& SimMetrics::gauge(std::string_view name, std::string_view, io::MetricLabels labels) {
    return at(numbers_, series_name(name, labels));
}

io::Histogram& SimMetrics::histogram(std::string_view name,
                                     std::string_view,
                                     io::MetricLabels labels) {
    return at(spreads_, series_name(name, labels));
}

std::string SimMetrics::render() const {
    std::string text;
    for (const auto& [series, number] : numbers_)
        text += series + " " + std::to_string(number->value) + "\n";
    for (const auto& [series, spread] : spreads_) {
        text += with_suffix(series, "_count") + " " + std::to_string(spread->count) + "\n";
        text += with_suffix(series, "_sum") + " " + std::to_string(spread->sum) + "\n";
    }
    return text;
}

std::int64_t SimMetrics::value(std::string_view series) const {
    if (const auto found = numbers_.find(series); found != numbers_.end())
        return found->second->value;
    for (const auto& [name, spread] : spreads_) {
        if (with_suffix(name, "_count") == series) return static_cast<std::int64_t>(spread->count);
        if (with_suffix(name, "_sum") == series) return static_cast<std::int64_t>(spread->sum);
    }
    return 0;
}

}  // namespace playback::sim
