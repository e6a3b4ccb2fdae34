// What users, root aliases and tenants say to each other; nobody else sends these.
//
// A name and a membership are decided by one aggregate and remembered by another, so that the end
// of the other one ends them too. All are idempotent and carry what they mean, never a position.
#pragma once

#include <string>

#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

// Root alias -> user or tenant: this name leads to you now. If you are gone, it is withdrawn.
struct RootAliasBound {
    static constexpr kernel::MessageKind kind = 150;
    using Reply = void;

    AliasId alias;
    std::string text;
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "alias", self.alias);
        v(2, "text", self.text);
        v(3, "created", self.created);
    }
};

// User or tenant -> root alias: its owner is gone, so is the name.
struct ForgetRootAlias {
    static constexpr kernel::MessageKind kind = 151;
    using Reply = void;

    AliasId alias;
    std::string text;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "alias", self.alias);
        v(2, "text", self.text);
    }
};

// Tenant -> user: you hold a permission in this tenant.
struct TenantJoined {
    static constexpr kernel::MessageKind kind = 152;
    using Reply = void;

    TenantId tenant;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "tenant", self.tenant);
    }
};

// User -> tenant: deleted; its permissions end.
struct ForgetUser {
    static constexpr kernel::MessageKind kind = 153;
    using Reply = void;

    UserId user;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
    }
};

}  // namespace playback::catalog
