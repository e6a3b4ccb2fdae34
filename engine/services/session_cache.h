// SessionCache: tokens whose signature was verified, so that it is verified once.
//
// The token's hash finds the entry; the end of its signature, which nobody can make up, decides.
// The rest of a token is not kept: it would be most of a session's memory. An entry lives by the
// monotonic clock for what was left of the token when it came in, so that no fault of the wall
// clock ends a session early or keeps one alive. Bound: sessions_max; two generations, of which the
// older is dropped when the younger is half of the bound, keep what is in use (a dropped session is
// verified again, nothing more). One core; no errors. Spec: omgservers.md section 2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/hash_map.h"
#include "engine/base/time.h"
#include "engine/domain/accounts/inputs.h"

namespace playback::services {

// Who calls.
struct Session {
    accounts::Role role = accounts::Role::none;
    std::uint64_t subject = 0;  // the user's id; the runtime's for role runtime
    Instant ends_at;
};

class SessionCache {
public:
    // `seed` must not be known outside, or hashes could be made to collide.
    SessionCache(std::size_t sessions_max, std::uint64_t seed);

    // The session of this token, if it is known and has not ended.
    std::optional<Session> find(std::string_view token, Instant now);
    void keep(std::string_view token, const Session& session);

    [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

private:
    // 192 bits of a signature, in base64; zeros behind a shorter text.
    using End = std::array<char, 32>;

    struct Entry {
        End end;
        Session session;
    };
    static End end_of(std::string_view token);
    void put(std::uint64_t key, const Entry& entry);

    std::size_t generation_max_;
    std::uint64_t seed_;
    HashMap<std::uint64_t, Entry> young_;
    HashMap<std::uint64_t, Entry> old_;
};

}  // namespace playback::services
