#include "scenarios/lobby/labels.h"

#include <charconv>

namespace playback::scenarios {

std::uint64_t number_in(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint64_t label_number(const io::Labels& labels, std::string_view wanted) {
    for (const auto& [name, value] : labels)
        if (name == wanted) return number_in(value);
    return 0;
}

}  // namespace playback::scenarios
