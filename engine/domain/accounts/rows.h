// The stored rows of users and players. Types and field numbers are never reused.
#pragma once

#include <string>

#include "engine/domain/accounts/inputs.h"
#include "engine/domain/ids.h"
#include "engine/kernel/rows.h"

namespace playback::accounts {

namespace row_types {
inline constexpr kernel::RowType user = 1;
inline constexpr kernel::RowType alias = 2;       // alias
inline constexpr kernel::RowType membership = 3;  // tenant

inline constexpr kernel::RowType player = 1;  // the only one of a player
}  // namespace row_types

struct UserRow {
    Role role = Role::none;
    std::string password_hash;
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "role", self.role);
        v(2, "password_hash", self.password_hash);
        v(3, "created", self.created);
    }
};

struct AliasRow {
    std::string text;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "text", self.text);
    }
};

struct MembershipRow {
    WallTime since;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "since", self.since);
    }
};

struct PlayerRow {
    PlayerId player;
    TenantId tenant;
    WallTime created;
    JsonText profile;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "player", self.player);
        v(2, "tenant", self.tenant);
        v(3, "created", self.created);
        v(4, "profile", self.profile);
    }
};

}  // namespace playback::accounts
