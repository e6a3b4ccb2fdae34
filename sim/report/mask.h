// Masking: nothing secret may come into a page that people mail to each other.
//
// Values of fields whose name tells of a secret ("password", "token", "secret" ...) and of the
// header Authorization are masked where they stand, also when they are cut off; whatever was seen
// there is remembered and masked wherever else it appears. Everything else is shown: ids, names,
// messages.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace playback::sim {

inline constexpr std::string_view masked_text = "[masked]";

class Masker {
public:
    // Shorter values are masked in their place, but not looked for elsewhere.
    static constexpr std::size_t remembered_min = 6;

    // The text without the values of secret fields, which are remembered.
    std::string mask(std::string_view text);
    // A text of any kind without what is remembered now. For the end, when all is known.
    [[nodiscard]] std::string without_secrets(std::string text) const;
    [[nodiscard]] std::size_t known() const { return secrets_.size(); }

private:
    static constexpr std::size_t beginnings_max = std::size_t{1} << 16;

    void remember(std::string_view value);
    [[nodiscard]] static std::size_t beginning_of(std::string_view text);
    [[nodiscard]] std::size_t secret_at(std::string_view text) const;

    std::set<std::string, std::less<>> secrets_;
    std::vector<bool> beginnings_ = std::vector<bool>(beginnings_max);  // by hash: some has it
};

// What can be shown of bytes of any kind: lines and UTF-8 stay, the rest becomes dots.
std::string printable(std::string_view bytes, std::size_t most);

}  // namespace playback::sim
