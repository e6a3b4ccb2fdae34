#include "tools/driver/symbols.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <ranges>
#include <sstream>

#include "tools/driver/child.h"

namespace playback::tools {
namespace {

std::string hex(std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return "0x" + std::string(digits.data(), end);
}

// The lines of addr2line -a -p -i -f -C: each address starts with "0x...: ", what was inlined into
// it with " (inlined by) ".
using Lines = std::map<std::uint64_t, std::vector<std::string>>;

Lines lines_of(const std::string& file, const std::vector<std::uint64_t>& offsets) {
    std::string command = "addr2line -a -p -i -f -C -e " + in_quotes(file);
    for (const std::uint64_t offset : offsets) command += " " + hex(offset);
    Lines lines;
    std::istringstream answer(output_of(command));
    std::uint64_t offset = 0;
    for (std::string line; std::getline(answer, line);) {
        constexpr std::string_view inlined = " (inlined by) ";
        if (line.starts_with(inlined)) {
            lines[offset].push_back(line.substr(inlined.size()));
            continue;
        }
        const std::size_t colon = line.find(": ");
        if (!line.starts_with("0x") || colon == std::string::npos) continue;
        std::from_chars(line.data() + 2, line.data() + colon, offset, 16);
        lines[offset].push_back(line.substr(colon + 2));
    }
    return lines;
}

void erase_all(std::string& text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at))
        text.erase(at, word.size());
}

// Without our name space, and the file from the root of the tree on.
std::string shortened(std::string line) {
    erase_all(line, "playback::");
    const std::size_t at = line.rfind(" at ");
    if (at == std::string::npos) return line;
    for (const std::string_view room :
         {"/engine/", "/sim/", "/scenarios/", "/adapters/", "/tools/"}) {
        const std::size_t begin = line.find(room, at);
        if (begin == std::string::npos) continue;
        return line.substr(0, at + 4) + line.substr(begin + 1);
    }
    if (line.ends_with(" at ??:?") || line.ends_with(" at ??:0")) line.resize(at);
    return line;
}

// What a function is called may be longer than what it does.
std::string cut(std::string line) {
    constexpr std::size_t name_max = 120;
    const std::size_t at = line.rfind(" at ");
    const std::size_t size = at == std::string::npos ? line.size() : at;
    if (size > name_max) line.replace(name_max - 3, size - (name_max - 3), "...");
    return line;
}

bool is_recording(const std::string& line) {
    if (line.starts_with("show at sim/") || line.starts_with("record at sim/")) return true;
    for (const std::string_view word : {"tools::Recording::",
                                        "sim::Trace::",
                                        "std::function<",
                                        "std::_Function_handler<",
                                        "std::__invoke",
                                        "std::enable_if<",
                                        "tools::(anonymous namespace)::record",
                                        "backtrace"})
        if (line.starts_with(word) || line.find(" " + std::string(word)) < line.find('('))
            return true;
    return false;
}

}  // namespace

ModulePlace module_place(std::string_view maps, std::uint64_t address) {
    std::map<std::string, std::uint64_t, std::less<>> begins;  // of each file: where it is mapped
    std::istringstream lines{std::string(maps)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string range;
        std::string skipped;
        std::string file;
        words >> range >> skipped >> skipped >> skipped >> skipped >> file;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        const char* const last = range.data() + range.size();
        const auto dash = std::from_chars(range.data(), last, begin, 16);
        if (dash.ptr == last || *dash.ptr != '-') continue;
        std::from_chars(dash.ptr + 1, last, end, 16);
        if (!file.starts_with("/")) continue;
        const std::uint64_t base = begins.try_emplace(file, begin).first->second;
        if (begin <= address && address < end) return {file, address - base};
    }
    return {};
}

std::vector<std::string> backtrace_lines(std::string_view maps,
                                         std::span<const std::uint64_t> frames) {
    std::vector<ModulePlace> places;
    std::map<std::string, std::vector<std::uint64_t>> by_module;
    for (const std::uint64_t frame : frames) {
        // A frame holds where its call returns to, which may be the next line or function already.
        ModulePlace place = module_place(maps, frame - 1);
        by_module[place.file].push_back(place.offset);
        places.push_back(std::move(place));
    }
    std::map<std::string, Lines> known;
    for (const auto& [file, offsets] : by_module)
        if (!file.empty()) known[file] = lines_of(file, offsets);

    std::vector<std::string> lines;
    for (const ModulePlace& place : places) {
        std::vector<std::string> found = known[place.file][place.offset];
        if (found.empty()) found.push_back(place.file + " " + hex(place.offset));
        for (std::string& line : found) lines.push_back(shortened(std::move(line)));
    }
    // Innermost is what takes the stack (a sanitizer puts its own function first), then what
    // records.
    const auto recording = std::ranges::find_if(lines, is_recording);
    const auto first = recording == lines.end()
                           ? lines.begin()
                           : std::find_if_not(recording, lines.end(), is_recording);
    std::vector<std::string> result;
    for (std::string& line : std::ranges::subrange(first, lines.end())) {
        if (line.starts_with("tools::(anonymous namespace)::play")) break;
        result.push_back(cut(std::move(line)));
    }
    return result;
}

}  // namespace playback::tools
