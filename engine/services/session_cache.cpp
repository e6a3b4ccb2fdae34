#include "engine/services/session_cache.h"

#include <algorithm>
#include <utility>

namespace playback::services {

SessionCache::SessionCache(std::size_t sessions_max, std::uint64_t seed)
    : generation_max_(std::max<std::size_t>(sessions_max / 2, 1)), seed_(seed) {
}

std::optional<Session> SessionCache::find(std::string_view token, Instant now) {
    const std::uint64_t key = hash_bytes(token, seed_);
    if (const Entry* const entry = young_.find(key)) {
        if (entry->end != end_of(token) || entry->session.ends_at <= now) return std::nullopt;
        return entry->session;
    }
    const Entry* const entry = old_.find(key);
    if (entry == nullptr || entry->end != end_of(token)) return std::nullopt;
    const Entry moved = *entry;
    old_.erase(key);
    if (moved.session.ends_at <= now) return std::nullopt;
    put(key, moved);
    return moved.session;
}

void SessionCache::keep(std::string_view token, const Session& session) {
    put(hash_bytes(token, seed_), {end_of(token), session});
}

SessionCache::End SessionCache::end_of(std::string_view token) {
    End end{};
    token.remove_prefix(token.size() - std::min(token.size(), end.size()));
    std::ranges::copy(token, end.begin());
    return end;
}

void SessionCache::put(std::uint64_t key, const Entry& entry) {
    if (young_.size() >= generation_max_) {
        old_ = std::move(young_);
        young_ = {};
    }
    old_.erase(key);
    young_[key] = entry;
}

}  // namespace playback::services
