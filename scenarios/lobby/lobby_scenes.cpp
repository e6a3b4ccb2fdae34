#include "scenarios/lobby/lobby_scenes.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace playback::scenarios {
namespace {

constexpr std::uint64_t scenes_max = 3;

struct Range {
    Duration low;
    Duration high;
};

// One fault of a scene. An aggregate, since its parts are drawn where it is written: an initialiser
// list is evaluated from left to right, the arguments of a call in any order (g++ and clang++
// differ).
struct Part {
    Duration after;
    std::string_view kind;
    std::string target;
    Duration lasts = {};
    sim::PlanArgs args = {};
};

// Writes one scene, from its beginning to the end of the window.
class Scene {
public:
    Scene(Random& random, Instant begin, Instant end, std::vector<sim::PlanFault>& faults)
        : random_(random), begin_(begin), end_(end), faults_(faults) {}

    Random& random() { return random_; }

    Duration draw(Range range) {
        const std::int64_t low = std::max<std::int64_t>(range.low.ns, 1);
        return nanoseconds(random_.log_between(low, std::max(low, range.high.ns)));
    }

    // What would begin after the end does not come.
    void add(Part part) {
        const Instant at = begin_ + part.after;
        if (at >= end_) return;
        sim::PlanFault fault{.at = at, .kind = std::string(part.kind)};
        fault.target = std::move(part.target);
        fault.duration = std::min(part.lasts, end_ - at);
        fault.args = std::move(part.args);
        faults_.push_back(std::move(fault));
    }

    void kill(Duration after, Range down) {
        add({after,
             "node_kill",
             "backend",
             draw(down),
             {{"half_open", random_.chance(1, 4) ? 1 : 0}}});
    }

private:
    Random& random_;
    Instant begin_;
    Instant end_;
    std::vector<sim::PlanFault>& faults_;
};

constexpr Range briefly{milliseconds(10), milliseconds(500)};
constexpr Range soon{milliseconds(1), seconds(2)};

std::string region(Random& random, std::uint32_t regions) {
    return "players-" + std::to_string(random.below(regions));
}

// The image is gone, pulls hang, and something needs a container.
void cold_pull(Scene& scene, std::uint32_t) {
    scene.add({{}, "container_image_gone", "docker"});
    scene.add({{}, "container_pull_hangs", "docker", scene.draw({milliseconds(500), seconds(10)})});
    for (int i = 0; i < 3; ++i) scene.add({scene.draw(soon), "container_crash", "docker"});
}

// A runtime falls silent, and whoever watched it restarts.
void silence_over_restart(Scene& scene, std::uint32_t) {
    const Duration restart = scene.draw(soon);
    scene.kill(restart, briefly);
    const Duration hang =
        scene.random().chance(1, 2) ? scene.draw(soon) : restart + scene.draw(soon);
    scene.add({hang, "container_hang", "docker", seconds(1), {{"for_good", 1}}});
}

// Containers hang while they boot, which takes some time: each of their words does.
void hang_at_boot(Scene& scene, std::uint32_t) {
    scene.add({{},
               "link_latency",
               "backend|docker",
               seconds(6),
               {{"extra_ns", scene.random().log_between(milliseconds(20).ns, seconds(1).ns)},
                {"jitter_ns", milliseconds(1).ns}}});
    scene.add({{}, "container_crash", "docker"});
    Duration at;
    for (int i = 0; i < 16; ++i) {
        at = at + scene.draw({milliseconds(20), milliseconds(600)});
        scene.add({at, "container_hang", "docker", seconds(1), {{"for_good", 1}}});
    }
}

// The wall clock was wrong when the process starts: nothing is cached.
void clock_set_before_restart(Scene& scene, std::uint32_t) {
    const Duration by = scene.draw({seconds(1), minutes(30)});
    const bool is_back = scene.random().chance(2, 3);
    scene.add({{},
               "clock_offset_step",
               "backend",
               scene.draw({seconds(2), seconds(30)}),
               {{"by_ns", is_back ? -by.ns : by.ns}}});
    scene.kill(scene.draw(soon), briefly);
}

// Much is on its way inside, and has to be read again, slowly.
void restarts_on_a_slow_disk(Scene& scene, std::uint32_t) {
    scene.add({{},
               "disk_slow",
               "backend",
               scene.draw({seconds(2), seconds(15)}),
               {{"factor", scene.random().log_between(5, 200)}}});
    Duration at;
    const std::uint64_t many = 2 + scene.random().below(6);
    for (std::uint64_t i = 0; i < many; ++i) {
        at = at + scene.draw({milliseconds(50), seconds(2)});
        scene.kill(at, {milliseconds(1), milliseconds(100)});
    }
}

// A region is away for longer than its clients live, and there is a restart meanwhile.
void away_over_restart(Scene& scene, std::uint32_t regions) {
    const std::string away = region(scene.random(), regions);
    const Duration lasts = scene.draw({seconds(4), seconds(60)});
    scene.add({{}, "link_partition", away + "|backend", lasts});
    scene.kill(lasts * scene.random().between(10, 99) / 100, briefly);
}

// Batches fail, again and again, while everybody talks.
void disk_hiccups(Scene& scene, std::uint32_t regions) {
    const bool is_full = scene.random().chance(1, 2);
    const std::uint64_t many = 3 + scene.random().below(15);
    Duration at;
    for (std::uint64_t i = 0; i < many; ++i) {
        at = at + scene.draw({milliseconds(50), seconds(1)});
        const Duration lasts = scene.draw({milliseconds(1), milliseconds(100)});
        if (is_full)
            scene.add({at, "disk_full", "backend", lasts, {{"free_bytes", 0}}});
        else
            scene.add({at, "disk_write_errors", "backend", lasts, {{"ppm", 1'000'000}}});
        if (i % 4 == 0)
            scene.add({at, "chatter", region(scene.random(), regions), {}, {{"messages", 10}}});
    }
}

// Everybody comes back at once to a process that has just started, and whose disk is slow.
void crowd_at_the_restart(Scene& scene, std::uint32_t regions) {
    const Duration down = scene.draw(briefly);
    scene.add({{}, "node_kill", "backend", down, {{"half_open", 0}}});
    for (std::uint32_t i = 0; i < regions; ++i) {
        const std::string name = "players-" + std::to_string(i);
        scene.add({down + scene.draw(soon), "reconnect_storm", name});
        scene.add({down + scene.draw(soon), "chatter", name, {}, {{"messages", 5}}});
    }
    scene.add({{},
               "disk_sync_slow",
               "backend",
               scene.draw({seconds(1), seconds(10)}),
               {{"by_ns", seconds(1).ns}}});
}

// Syncs take so long that everything else happens before they are done.
void long_syncs(Scene& scene, std::uint32_t regions) {
    const Duration lasts = scene.draw({seconds(2), seconds(30)});
    scene.add({{},
               "disk_sync_slow",
               "backend",
               lasts,
               {{"by_ns", scene.random().log_between(milliseconds(100).ns, seconds(2).ns)}}});
    scene.add({lasts / 4, "mass_leave", region(scene.random(), regions), lasts / 2});
    scene.add({lasts / 3, "container_crash", "docker"});
    if (scene.random().chance(1, 2)) scene.kill(lasts * 2 / 3, briefly);
}

// What is over cannot be removed yet.
void removals_fail(Scene& scene, std::uint32_t) {
    scene.add({{}, "container_remove_fails", "docker", scene.draw({seconds(1), seconds(10)})});
    for (int i = 0; i < 3; ++i) scene.add({scene.draw(soon), "container_crash", "docker"});
    scene.add({scene.draw(soon), "container_hang", "docker", seconds(1), {{"for_good", 1}}});
}

// The supervisor looks at a daemon that is slow to answer, while containers come and go.
void slow_look(Scene& scene, std::uint32_t) {
    scene.add({{},
               "container_daemon_slow",
               "docker",
               scene.draw({seconds(2), seconds(20)}),
               {{"by_ns", scene.random().log_between(milliseconds(50).ns, seconds(3).ns)}}});
    const std::uint64_t many = 2 + scene.random().below(6);
    for (std::uint64_t i = 0; i < many; ++i)
        scene.add({scene.draw({milliseconds(100), seconds(20)}), "container_crash", "docker"});
}

// The node starts again while a container does, or waits for its next try: neither knows how far
// the other has come.
void restarts_while_starting(Scene& scene, std::uint32_t) {
    const Duration takes = scene.draw({milliseconds(100), seconds(3)});
    if (scene.random().chance(1, 4))
        scene.add({{}, "container_start_fails", "docker", takes * 2});
    else
        scene.add({{}, "container_start_slow", "docker", takes * 3, {{"by_ns", takes.ns}}});
    scene.add({{}, "container_crash", "docker"});
    const std::uint64_t many = 1 + scene.random().below(3);
    for (std::uint64_t i = 0; i < many; ++i)
        scene.kill(scene.draw({takes / 4, takes * 3 / 2}), {milliseconds(1), milliseconds(100)});
}

// Nothing is in memory yet, and what is written fails, again and again.
void hiccups_at_the_restart(Scene& scene, std::uint32_t regions) {
    const Duration down = scene.draw(briefly);
    scene.add({{}, "node_kill", "backend", down, {{"half_open", 0}}});
    if (scene.random().chance(1, 2))
        scene.add({{},
                   "disk_slow",
                   "backend",
                   seconds(5),
                   {{"factor", scene.random().log_between(5, 100)}}});
    for (std::uint32_t i = 0; i < regions; ++i)
        scene.add({down, "reconnect_storm", "players-" + std::to_string(i)});
    for (int i = 0; i < 10; ++i) {
        const Duration at = down + scene.draw({milliseconds(1), seconds(3)});
        const Duration lasts = scene.draw({milliseconds(1), milliseconds(50)});
        scene.add({at, "disk_write_errors", "backend", lasts, {{"ppm", 1'000'000}}});
    }
}

// Everybody comes, and finds a seat in a lobby that ends at once.
void crashes_behind_a_crowd(Scene& scene, std::uint32_t regions) {
    const Duration away = scene.draw({milliseconds(100), seconds(1)});
    for (std::uint32_t i = 0; i < regions; ++i)
        scene.add({{}, "mass_leave", "players-" + std::to_string(i), away});
    const std::uint64_t many = 2 + scene.random().below(6);
    for (std::uint64_t i = 0; i < many; ++i)
        scene.add({away + scene.draw({milliseconds(5), seconds(2)}), "container_crash", "docker"});
}

// No lobby opens any more: whoever comes waits until somebody has left for good.
void queue_for_seats(Scene& scene, std::uint32_t regions) {
    const Duration lasts = scene.draw({seconds(5), seconds(60)});
    scene.add({{}, "container_start_fails", "docker", lasts});
    for (int i = 0; i < 3; ++i) {
        const std::string from = region(scene.random(), regions);
        scene.add({scene.draw({milliseconds(10), lasts}),
                   "mass_leave",
                   from,
                   scene.draw({seconds(1), lasts})});
    }
}

// Somebody takes very long over a request.
void endless_request(Scene& scene, std::uint32_t regions) {
    const std::int64_t pause =
        scene.random().log_between(milliseconds(80).ns, milliseconds(500).ns);
    scene.add({{},
               "client_slow_loris",
               region(scene.random(), regions),
               scene.draw({seconds(10), seconds(60)}),
               {{"connections", 1 + static_cast<std::int64_t>(scene.random().below(3))},
                {"pause_ns", pause}}});
}

using Write = void (*)(Scene&, std::uint32_t);
constexpr std::array<Write, 16> scenes{cold_pull,
                                       silence_over_restart,
                                       hang_at_boot,
                                       clock_set_before_restart,
                                       restarts_on_a_slow_disk,
                                       away_over_restart,
                                       disk_hiccups,
                                       crowd_at_the_restart,
                                       long_syncs,
                                       removals_fail,
                                       slow_look,
                                       restarts_while_starting,
                                       hiccups_at_the_restart,
                                       crashes_behind_a_crowd,
                                       queue_for_seats,
                                       endless_request};

}  // namespace

std::vector<sim::PlanFault> draw_scenes(Random& random,
                                        const sim::FaultWindow& window,
                                        std::uint32_t regions) {
    std::vector<sim::PlanFault> faults;
    if (window.until <= window.from || random.chance(1, 3)) return faults;
    const std::uint64_t many = 1 + random.below(scenes_max);
    for (std::uint64_t i = 0; i < many; ++i) {
        const Duration length = window.until - window.from;
        const Instant begin = window.from + random.between(Duration{}, length * 9 / 10);
        Scene scene(random, begin, window.until, faults);
        scenes[random.below(scenes.size())](scene, regions);
    }
    return faults;
}

}  // namespace playback::scenarios
