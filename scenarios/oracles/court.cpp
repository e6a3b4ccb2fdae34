#include "scenarios/oracles/court.h"

namespace playback::scenarios {

void Court::check(std::string_view invariant) {
    if (options_.checked) options_.checked(invariant);
    for (Count& known : counts_) {
        if (known.invariant.data() != invariant.data()) continue;
        ++known.count;
        return;
    }
    counts_.push_back({invariant, 1});
}

std::map<std::string, std::uint64_t> Court::checks() const {
    std::map<std::string, std::uint64_t> checks;
    for (const Count& known : counts_) checks[std::string(known.invariant)] += known.count;
    return checks;
}

void Court::violated(std::string_view invariant, std::string_view entity, std::string message) {
    options_.report(std::string(invariant), std::string(entity), std::move(message));
}

bool Court::was_kind_since(Instant from) const {
    return options_.disturbed && !options_.disturbed("", from, now());
}

bool Court::was_disturbed(std::string_view group, Instant from, Instant to) const {
    return !options_.disturbed || options_.disturbed(group, from, to);
}

}  // namespace playback::scenarios
