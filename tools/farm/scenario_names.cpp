#include "tools/farm/scenario_names.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace playback::tools {

std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

Result<const scenarios::Scenario*> scenario_of(std::string_view name) {
    if (const scenarios::Scenario* const found = scenarios::find_scenario(name)) return found;
    const std::vector<scenarios::Scenario>& all = scenarios::scenarios();
    const auto nearest = std::ranges::min_element(
        all, {}, [&](const scenarios::Scenario& s) { return edits_between(name, s.name); });
    std::string detail = "there is no scenario " + std::string(name);
    if (nearest != all.end()) detail += "; did you mean " + std::string(nearest->name) + "?";
    return Error{Errc::not_found, detail};
}

}  // namespace playback::tools
