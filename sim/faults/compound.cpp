#include "sim/faults/compound.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace playback::sim {
namespace {

using Parts = std::vector<PlanFault>;

constexpr std::size_t parts_max = 256;

PlanFault part(const PlanFault& whole, std::string kind, Instant at, Duration duration) {
    return {whole.id, at, duration, std::move(kind), whole.target, {}};
}

// Parts that begin every so often and last for what `lasting` says, none beyond the whole.
template <class Lasting>
Parts repeated(const PlanFault& whole, std::string_view kind, Duration every, Lasting lasting) {
    Parts parts;
    const Instant end = whole.at + whole.duration;
    const Duration pause = std::max(every, Duration{1'000'000});
    for (Instant at = whole.at; at < end && parts.size() < parts_max; at = at + pause) {
        const Duration wanted = lasting();
        parts.push_back(part(whole, std::string(kind), at, std::min(wanted, end - at)));
    }
    return parts;
}

Duration argument(const PlanFault& fault, std::string_view name) {
    return nanoseconds(std::max<std::int64_t>(number_of(fault.args, name), 1));
}

Parts flap(const PlanFault& whole, Random& random) {
    const Duration every = argument(whole, "every_ns");
    return repeated(
        whole, "link_partition", every, [&] { return random.between(every / 8, every * 3 / 4); });
}

Parts crash_loop(const PlanFault& whole) {
    const Duration up = argument(whole, "up_ns");
    return repeated(whole, "node_kill", up + milliseconds(20), [] { return milliseconds(20); });
}

Parts stutter(const PlanFault& whole) {
    const Duration pause = argument(whole, "for_ns");
    return repeated(
        whole, "node_pause", argument(whole, "every_ns") + pause, [&] { return pause; });
}

Parts strobe(const PlanFault& whole) {
    const Duration every = argument(whole, "every_ns");
    Parts parts = repeated(whole, "clock_offset_step", every, [&] { return every / 2; });
    for (PlanFault& one : parts) one.args["by_ns"] = number_of(whole.args, "by_ns");
    return parts;
}

// Each step stays until the end, so together they are a clock of another pace.
Parts slew(const PlanFault& whole) {
    constexpr std::int64_t steps = 50;
    const Duration every = std::max(whole.duration / steps, milliseconds(1));
    const std::int64_t step = every.ns / 1000 * number_of(whole.args, "ppm") / 1000;
    Parts parts = repeated(whole, "clock_offset_step", every, [&] { return whole.duration; });
    for (PlanFault& one : parts) one.args["by_ns"] = step;
    return parts;
}

Parts isolation(const PlanFault& whole) {
    PlanFault one = part(whole, "link_partition", whole.at, whole.duration);
    one.target.append("|*");
    return {one};
}

// Links of the first machine to some of the others go down in one order and come back in another.
Parts swizzle(const PlanFault& whole, const std::vector<std::string>& machines, Random& random) {
    const std::string hub = whole.target.substr(0, whole.target.find('|'));
    std::vector<std::string> others;
    for (const std::string& name : machines)
        if (name != hub && random.chance(3, 4)) others.push_back(name);
    Parts parts;
    const Duration half = whole.duration / 2;
    for (const std::string& other : others) {
        const Duration down = random.between(Duration{}, half);
        const Duration up = random.between(half, whole.duration);
        PlanFault one = part(whole, "link_partition", whole.at + down, up - down);
        one.target = hub;
        one.target.append("|").append(other);
        parts.push_back(std::move(one));
    }
    return parts;
}

}  // namespace

std::vector<PlanFault> parts_of(const PlanFault& fault,
                                const std::vector<std::string>& machines,
                                Random random) {
    if (fault.kind == "link_flap") return flap(fault, random);
    if (fault.kind == "link_swizzle") return swizzle(fault, machines, random);
    if (fault.kind == "machine_isolated") return isolation(fault);
    if (fault.kind == "node_crash_loop") return crash_loop(fault);
    if (fault.kind == "node_stutter") return stutter(fault);
    if (fault.kind == "clock_strobe") return strobe(fault);
    if (fault.kind == "clock_slew") return slew(fault);
    return {};
}

}  // namespace playback::sim
