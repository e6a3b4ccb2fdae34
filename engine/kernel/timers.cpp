#include "engine/kernel/timers.h"

#include "engine/base/check.h"

namespace playback::kernel {

bool Timers::set(const Address& to,
                 std::string_view name,
                 Instant at,
                 Message command,
                 bool durable) {
    CHECK(command != nullptr && at != never);
    const bool replaced_durable = cancel(to, name);
    const std::uint64_t order = ++last_order_;
    const auto named = by_name_.emplace(Name{to, std::string(name)},
                                        Entry{at, order, std::move(command), durable});
    CHECK(named.second);
    queue_.emplace(std::pair(at, order), named.first);
    return replaced_durable;
}

bool Timers::cancel(const Address& to, std::string_view name) {
    const auto it = by_name_.find(Name{to, std::string(name)});
    if (it == by_name_.end()) return false;
    const bool was_durable = it->second.durable;
    queue_.erase({it->second.at, it->second.order});
    by_name_.erase(it);
    return was_durable;
}

std::optional<Timers::Due> Timers::take_due(Instant now) {
    if (next() > now || queue_.empty()) return std::nullopt;
    const auto first = queue_.begin();
    const auto it = first->second;
    Due due{it->first.first, it->first.second, std::move(it->second.command), it->second.durable};
    queue_.erase(first);
    by_name_.erase(it);
    return due;
}

void Timers::clear() {
    queue_.clear();
    by_name_.clear();
}

}  // namespace playback::kernel
