// What a user and a player can be asked and told.
//
// Commands to address_of(UserId): CreateUser, EnsureUser, GetUser, DeleteUser, PrepareAlias (of
// root_alias_inputs.h). Commands to player_address(user, stage): EnterStage, GetPlayer. Passwords
// never come here: the shell hashes and verifies them (off the loop) and brings the hash.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/json_text.h"
#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::accounts {

// Stored: never reuse a number. `none` means "any" where a role is asked for.
enum class Role : std::uint8_t {
    none = 0,
    admin = 1,
    support,
    service,
    developer,
    player,
    runtime,
    websocket,
    connector,
};

// Where the bootstrap user of `role` lives (admin, support, service, connector): a fixed id, so
// that a crash between its creation and that of its alias cannot make a second one.
constexpr UserId bootstrap_user(Role role) {
    return {make_id(2048 + static_cast<std::uint64_t>(role), 0)};
}

struct UserCreated {
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
    }
};

// player/create-user (role player), support/create-developer (role developer). The shell names the
// user by a new id. Refused: already_exists (the id is taken), invalid_argument (no role or hash).
struct CreateUser {
    static constexpr kernel::MessageKind kind = 100;
    using Reply = UserCreated;

    Role role = Role::none;
    std::string password_hash;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "role", self.role);
        v(2, "password_hash", self.password_hash);
    }
};

// Bootstrap: afterwards the user exists with this role and this hash; asking again is harmless.
// (To spare a write at each start: GetUser first, and only if the password does not verify.)
// Refused: conflict (exists with another role), invalid_argument (no role or hash).
struct EnsureUser {
    static constexpr kernel::MessageKind kind = 101;
    using Reply = UserCreated;

    Role role = Role::none;
    std::string password_hash;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "role", self.role);
        v(2, "password_hash", self.password_hash);
    }
};

struct UserView {
    Role role = Role::none;
    std::string password_hash;
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "role", self.role);
        v(2, "password_hash", self.password_hash);
        v(3, "created", self.created);
    }
};

// Every */create-token; also "is there such a user" before create-*-permissions. Writes nothing.
// Refused: not_found (never made, or deleted; a token call says USER_NOT_FOUND with status 401, the
// others OBJECT_NOT_FOUND).
struct GetUser {
    static constexpr kernel::MessageKind kind = 102;
    using Reply = UserView;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

struct UserDeleted {
    Role role = Role::none;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "role", self.role);
    }
};

// support/delete-developer (required_role developer: the reference deletes any user, ours does
// not). Its aliases stop resolving and its permissions end. Reply: `deleted` is true.
// Refused: not_found (absent, deleted before, or of another role).
struct DeleteUser {
    static constexpr kernel::MessageKind kind = 103;
    using Reply = UserDeleted;

    Role required_role = Role::none;  // none: whatever it is

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "required_role", self.required_role);
    }
};

struct PlayerEntered {
    PlayerId player;
    bool created = false;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "player", self.player);
        v(2, "created", self.created);
    }
};

// player/create-client, step 2: after catalog::ResolveStage gave the tenant's stage, and before
// lobby::CreateClient. Finds or makes the player; its profile begins as {}. Never refused but with
// invalid_argument for no tenant.
struct EnterStage {
    static constexpr kernel::MessageKind kind = 110;
    using Reply = PlayerEntered;

    TenantId tenant;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "tenant", self.tenant);
    }
};

struct PlayerView {
    PlayerId player;
    TenantId tenant;
    WallTime created;
    JsonText profile;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "player", self.player);
        v(2, "tenant", self.tenant);
        v(3, "created", self.created);
        v(4, "profile", self.profile);
    }
};

// For consoles and checks; no call of the reference. Refused: not_found.
struct GetPlayer {
    static constexpr kernel::MessageKind kind = 111;
    using Reply = PlayerView;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::accounts
