// What a bucket of root aliases can be asked: the names of users and tenants, unique over both
// (uniqueness group 0). Address: root_alias_address(text).
//
// Making one takes two commands: PrepareAlias to the owner (does it exist, has it room for a name?)
// and CreateRootAlias to the bucket, which tells the owner. If the owner ends in between, the name
// is withdrawn. A purely numeric name may be made and is never resolved: the shell reads it as an
// id and does not ask.
#pragma once

#include <string>

#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

// To address_of(TenantId) for support/create-tenant-alias, to address_of(UserId) for
// support/create-developer-alias and bootstrap. Writes nothing.
// Refused: not_found (no such owner: 404), full (it has limits' number of names).
struct PrepareAlias {
    static constexpr kernel::MessageKind kind = 160;
    using Reply = Done;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

struct RootAliasCreated {
    AliasId alias;
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "alias", self.alias);
        v(2, "created", self.created);
    }
};

// support/create-tenant-alias, support/create-developer-alias: `created` is true. Refused:
// already_exists (the name is taken, by whomever: 400 DB_CONSTRAINT_VIOLATED), invalid_argument
// (no name, longer than 64 characters, not a user or tenant), full (too many names of one hash).
struct CreateRootAlias {
    static constexpr kernel::MessageKind kind = 161;
    using Reply = RootAliasCreated;

    std::string text;
    AliasQualifier qualifier = AliasQualifier::tenant;  // or user
    std::uint64_t entity = 0;                           // UserId or TenantId

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "text", self.text);
        v(2, "qualifier", self.qualifier);
        v(3, "entity", self.entity);
    }
};

struct RootAliasResolved {
    std::uint64_t entity = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "entity", self.entity);
    }
};

// Every `tenant` and `user` parameter that is not a number. Writes nothing. Refused: not_found
// (no such name, or it names a thing of the other kind). The entity may be gone already: ask it.
struct ResolveRootAlias {
    static constexpr kernel::MessageKind kind = 162;
    using Reply = RootAliasResolved;

    std::string text;
    AliasQualifier qualifier = AliasQualifier::tenant;  // which kind is wanted

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "text", self.text);
        v(2, "qualifier", self.qualifier);
    }
};

}  // namespace playback::catalog
