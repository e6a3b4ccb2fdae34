// Measures: numbers by which an aggregate can be watched from outside. A machine may have
//
//     static constexpr std::array measures = {
//         kernel::Measure{"playback_mailbox_messages", "Messages that wait", "owner", "client"}};
//     void measure(kernel::Measured& out) const;  // fills out[0], one for each, in this order
//
// The kernel takes them before and after every input, keeps their sums over the aggregates in
// memory, and shows those as metrics when it is asked (Kernel::show_metrics): they must cost a few
// instructions. No rule reads them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace playback::kernel {

struct Measure {
    std::string_view name;  // as Prometheus has it
    std::string_view help;
    std::string_view label = {};  // empty: none
    std::string_view value = {};
    bool grows = false;  // counts what has happened since the start; else: what there is now
};

inline constexpr std::size_t measures_max = 16;  // of one machine
using Measured = std::array<std::uint64_t, measures_max>;

}  // namespace playback::kernel
