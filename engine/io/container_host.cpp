#include "engine/io/container_host.h"

#include <algorithm>

namespace playback::io {
namespace {

constexpr std::size_t name_length_min = 2;
constexpr std::size_t name_length_max = 128;
constexpr std::uint32_t cpu_limit_max = 100'000;        // 1000 cores
constexpr std::uint32_t memory_limit_min = 6;           // what Docker demands
constexpr std::uint32_t memory_limit_max = 16'777'216;  // 16 TB

constexpr bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view name) {
    constexpr auto allowed = [](char c) { return is_plain(c) || c == '_' || c == '.' || c == '-'; };
    return name.size() >= name_length_min && name.size() <= name_length_max &&
           is_plain(name.front()) && std::ranges::all_of(name, allowed);
}

bool is_variable(const std::pair<std::string, std::string>& variable) {
    constexpr char nul = '\0';
    const auto& [name, value] = variable;
    return !name.empty() && !name.contains('=') && !name.contains(nul) && !value.contains(nul);
}

}  // namespace

Result<void> check_spec(const ContainerSpec& spec) {
    const auto refuse = [](std::string detail) -> Result<void> {
        return Error{Errc::invalid_argument, std::move(detail)};
    };
    if (!is_name(spec.name))
        return refuse(
            "container name must be 2..128 of [a-zA-Z0-9_.-] and start with a letter or "
            "digit");
    if (spec.image.empty()) return refuse("container image is empty");
    if (!std::ranges::all_of(spec.environment, is_variable))
        return refuse("container environment has a name that is empty or has '=', or a NUL byte");
    if (!std::ranges::is_sorted(spec.labels, {}, &Labels::value_type::first))
        return refuse("container labels are not sorted");
    if (spec.cpu_limit == 0 || spec.cpu_limit > cpu_limit_max)
        return refuse("container cpu_limit is not in 1..100000");
    if (spec.memory_limit < memory_limit_min || spec.memory_limit > memory_limit_max)
        return refuse("container memory_limit is not in 6..16777216 MB");
    return {};
}

}  // namespace playback::io
