// Symbols: from the addresses of a stopped process to lines for people, with binutils' addr2line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace playback::tools {

// `maps` is /proc/PID/maps of the process, `frames` what backtrace() gave there, innermost first.
// One line a function, inlined ones too: "sim::SimOffload::begin(...) at sim/offload.cpp:41". What
// records and what plays the plan is left out.
std::vector<std::string> backtrace_lines(std::string_view maps,
                                         std::span<const std::uint64_t> frames);

// Where an address lies: the file that is mapped there, and the address in that file.
struct ModulePlace {
    std::string file;  // empty: nowhere
    std::uint64_t offset = 0;
};
ModulePlace module_place(std::string_view maps, std::uint64_t address);

}  // namespace playback::tools
