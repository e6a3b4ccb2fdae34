#include "sim/cores.h"

#include <algorithm>

#include "sim/world.h"

namespace playback::sim {

Crossing::Crossing(World& world,
                   SimScheduler& to,
                   std::uint64_t subject,
                   Random random,
                   Duration most)
    : world_(world), to_(to), subject_(subject), random_(random), delay_max_(most) {
}

void Crossing::send(std::move_only_function<void()> work) {
    if (to_.dead()) return;
    const Duration delay = random_.between(Duration{}, delay_max_);
    last_at_ = std::max(last_at_, world_.now() + delay);
    under_way_.push_back({last_at_, std::move(work)});
    if (!arrival_.scheduled()) world_.schedule(arrival_, under_way_.front().at);
}

void Crossing::arrive() {
    if (to_.dead()) return;
    if (!to_.can_run()) {
        world_.schedule(arrival_, to_.retry_at());
        return;
    }
    Sent sent = std::move(under_way_.front());
    under_way_.pop_front();
    world_.trace().record(TraceKind::crossing, subject_, under_way_.size());
    if (!under_way_.empty()) world_.schedule(arrival_, under_way_.front().at);
    to_.inside([&sent] { std::move(sent.work)(); });
}

bool Crossing::clear() {
    const bool any = !under_way_.empty();
    arrival_.cancel();
    while (!under_way_.empty()) under_way_.pop_front();
    return any;
}

}  // namespace playback::sim
