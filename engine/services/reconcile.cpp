#include "engine/services/reconcile.h"

#include <charconv>
#include <map>

#include "engine/base/plant.h"

namespace playback::services {
namespace {

std::uint64_t label_number(const io::ContainerStatus& container, std::string_view name) {
    for (const auto& [label, value] : container.labels) {
        if (label != name) continue;
        std::uint64_t number = 0;
        std::from_chars(value.data(), value.data() + value.size(), number);
        return number;
    }
    return 0;
}

Step step(Step::Kind kind, const hosting::WantedContainer& wanted, std::string reason = {}) {
    return {kind, wanted.wish.runtime, {}, wanted, std::move(reason)};
}

Step removal(RuntimeId runtime, const io::ContainerStatus& container) {
    return {Step::Kind::remove, runtime, container.name, {}, {}};
}

// What to do about one wish, given its container if there is one.
void decide(const hosting::WantedContainer& wanted,
            const io::ContainerStatus* actual,
            std::vector<Step>& steps) {
    using hosting::ContainerStage;
    const bool runs = actual != nullptr && actual->state == io::ContainerState::running;
    const bool has_exited = actual != nullptr && actual->state == io::ContainerState::exited;
    switch (wanted.stage) {
        case ContainerStage::waiting:
            return;
        case ContainerStage::removing:
            if (actual == nullptr)
                steps.push_back(step(Step::Kind::report_removed, wanted));
            else
                steps.push_back(removal(wanted.wish.runtime, *actual));
            return;
        case ContainerStage::running:
            if (runs) return;
            steps.push_back(step(Step::Kind::report_exited,
                                 wanted,
                                 actual == nullptr ? "its container is gone" : actual->reason));
            return;
        case ContainerStage::placed:
            break;
    }
    // One of an earlier attempt may hold an older password: it is replaced by the start.
    const bool is_of_this_attempt =
        actual != nullptr && label_number(*actual, labels::attempt) == wanted.attempt;
    if (runs && is_of_this_attempt)
        steps.push_back(step(Step::Kind::report_started, wanted));
    else if (has_exited && is_of_this_attempt)
        steps.push_back(step(Step::Kind::report_failed, wanted, actual->reason));
    else
        steps.push_back(step(Step::Kind::start, wanted));
}

}  // namespace

std::vector<Step> reconcile(const std::vector<hosting::WantedContainer>& wanted,
                            const std::vector<io::ContainerStatus>& actual,
                            const std::set<RuntimeId>& busy) {
    std::map<RuntimeId, const io::ContainerStatus*> containers;
    for (const io::ContainerStatus& container : actual) {
        containers[RuntimeId{label_number(container, labels::runtime)}] = &container;
    }
    std::vector<Step> steps;
    std::set<RuntimeId> known;
    for (const hosting::WantedContainer& wish : wanted) {
        const RuntimeId runtime = wish.wish.runtime;
        known.insert(runtime);
        if (busy.contains(runtime)) continue;
        const auto found = containers.find(runtime);
        decide(wish, found == containers.end() ? nullptr : found->second, steps);
    }
    for (const auto& [runtime, container] : containers) {
        if (!known.contains(runtime) && !busy.contains(runtime) && !PLAYBACK_PLANT(orphan_kept))
            steps.push_back(removal(runtime, *container));
    }
    return steps;
}

std::string container_name(const hosting::ContainerWish& wish) {
    const bool is_match = wish.qualifier == lobby::RuntimeQualifier::match;
    return (is_match ? "match_" : "lobby_") + std::to_string(wish.runtime.value);
}

}  // namespace playback::services
