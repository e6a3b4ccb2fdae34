// SimFaultPoints: asks for legal but unkind behaviour at places of the engine, with two levels of
// chance: a site is on for a whole run or not, then it fires sometimes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/io/fault_point.h"

namespace playback::sim {

class World;

class SimFaultPoints final : public io::FaultPoints {
public:
    SimFaultPoints(World& world, std::uint64_t node) : world_(world), node_(node) {}

    using io::FaultPoints::fires;
    bool fires(std::string_view site, std::uint64_t which) override;

    // Overrules the draw for all sites of one name: 0 never, 1000 always.
    void set(std::string_view site, std::uint32_t permille);
    // How often those of one name did, all together.
    [[nodiscard]] std::uint64_t fired(std::string_view site) const;

private:
    struct Site {
        std::uint32_t permille = 0;
        Random random;
    };
    struct Sites {
        std::map<std::uint64_t, Site> each;  // by `which`
        std::optional<std::uint32_t> permille;
        std::uint64_t fired = 0;
    };
    Sites& sites_of(std::string_view name);
    Site draw(std::string_view name, std::uint64_t which);

    World& world_;
    std::uint64_t node_;
    std::map<std::string, Sites, std::less<>> sites_;
};

}  // namespace playback::sim
