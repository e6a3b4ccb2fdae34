// Reconcile: what must be done on a container host so that it runs what is wanted. A pure decision.
//
// Wanted is what the pool said, actual what the host listed afterwards, both of this installation.
// Nothing is remembered between two calls, so it does not matter how often or after which crash it
// is asked: the same facts give the same steps, and every step is safe to do twice.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/hosting/pool_inputs.h"
#include "engine/io/container_host.h"

namespace playback::services {

namespace labels {
inline constexpr std::string_view tenant = "com.omgservers.tenant";
inline constexpr std::string_view project = "com.omgservers.project";
inline constexpr std::string_view stage = "com.omgservers.stage";
inline constexpr std::string_view version = "com.omgservers.version";
inline constexpr std::string_view qualifier = "com.omgservers.qualifier";
// Ours: which installation a container belongs to, whose it is, and which start made it.
inline constexpr std::string_view installation = "com.omgservers.playback.installation";
inline constexpr std::string_view runtime = "com.omgservers.playback.runtime";
inline constexpr std::string_view attempt = "com.omgservers.playback.attempt";
inline constexpr std::string_view start = "com.omgservers.playback.start";
}  // namespace labels

struct Step {
    enum class Kind : std::uint8_t {
        start,           // credentials, pull, start, report
        report_started,  // it runs already: the report was lost
        report_failed,   // it was started and has ended before anybody saw it run
        report_exited,   // it ran and does not any more
        report_removed,  // it was to be removed and nothing is left
        remove,          // a container that nobody wants (any more)
    };
    Kind kind = Kind::start;
    RuntimeId runtime;
    std::string container;            // of remove
    hosting::WantedContainer wanted;  // of everything but remove
    std::string reason;               // of report_failed and report_exited
};

// In order of runtime; nothing for the runtimes in `busy`, whose last step has not ended.
std::vector<Step> reconcile(const std::vector<hosting::WantedContainer>& wanted,
                            const std::vector<io::ContainerStatus>& actual,
                            const std::set<RuntimeId>& busy);

// What the container of a wish is called ("lobby_<runtime>").
std::string container_name(const hosting::ContainerWish& wish);

}  // namespace playback::services
