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
        if (entry->token != token || entry->session.ends_at <= now) return std::nullopt;
        return entry->session;
    }
    Entry* const entry = old_.find(key);
    if (entry == nullptr || entry->token != token) return std::nullopt;
    const Session session = entry->session;
    Entry moved = std::move(*entry);
    old_.erase(key);
    if (session.ends_at <= now) return std::nullopt;
    put(key, std::move(moved));
    return session;
}

void SessionCache::keep(std::string_view token, const Session& session) {
    put(hash_bytes(token, seed_), {std::string(token), session});
}

void SessionCache::put(std::uint64_t key, Entry entry) {
    if (young_.size() >= generation_max_) {
        old_ = std::move(young_);
        young_ = {};
    }
    old_.erase(key);
    young_[key] = std::move(entry);
}

}  // namespace playback::services
