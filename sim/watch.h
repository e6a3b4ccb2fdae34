// Watch: whoever looks at a run while it is played, and changes nothing.
//
// A scenario that is given one tells it of its world before the run and when the run is over. It
// sees every event of the trace (Trace::set_recorder) and may ask, between steps only, what each
// entity knows: a pure reading, in an order that is the same on every run. sim/report has one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace playback::sim {

class World;

// What is known of one client, container, disk; by the judge, or by the entity itself.
struct EntityState {
    std::string kind;  // "client"
    std::string name;  // "17": unique within its kind
    std::vector<std::pair<std::string, std::string>> fields;
    friend bool operator==(const EntityState&, const EntityState&) = default;
};

struct Watched {
    World& world;
    std::function<std::vector<EntityState>()> state;
    std::vector<std::string> nodes;              // in the order in which to show them
    std::map<std::uint64_t, std::string> disks;  // the node of each disk
};

class Watch {
public:
    Watch() = default;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    virtual ~Watch() = default;

    virtual void begin(Watched watched) = 0;
    // What `begin` named is about to go.
    virtual void end() = 0;
};

}  // namespace playback::sim
