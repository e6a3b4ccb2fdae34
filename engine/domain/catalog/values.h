// The words of the catalogue: references, aliases, permissions, version modes (omgservers.md 1.2,
// 1.3, 6.1), and the details of refusals whose code alone would be ambiguous.
//
// Enum numbers are stored: never reuse one. Zero is no value of any of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json_text.h"
#include "engine/domain/ids.h"
#include "engine/domain/matchmaking/mode_rules.h"

namespace playback::catalog {

// An "id-or-alias" parameter. The shell decides which (0.1): text that parses as a signed 64-bit
// number is an id, anything else is an alias. Neither (id 0 and no text) leads nowhere.
struct Ref {
    std::uint64_t id = 0;
    std::string text;  // used when id is 0

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "text", self.text);
    }
    friend bool operator==(const Ref&, const Ref&) = default;
};

enum class AliasQualifier : std::uint8_t { root = 1, pool, user, tenant, project, stage, ptr };

// The alias DTO: `id`, `created`, `qualifier`, `entity_id`, `value`.
struct AliasView {
    AliasId id;
    WallTime created;
    AliasQualifier qualifier = AliasQualifier::tenant;
    std::uint64_t entity = 0;
    std::string value;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "qualifier", self.qualifier);
        v(4, "entity", self.entity);
        v(5, "value", self.value);
    }
    friend bool operator==(const AliasView&, const AliasView&) = default;
};

enum class TenantPermission : std::uint8_t { project_manager = 1, tenant_viewer };
enum class ProjectPermission : std::uint8_t { stage_manager = 1, version_manager, project_viewer };
enum class StagePermission : std::uint8_t { deployment_manager = 1, stage_viewer };

// The permission DTO, less the scope ids, which are those of what was asked for.
template <class Permission>
struct PermissionView {
    PermissionId id;
    WallTime created;
    UserId user;
    Permission permission = Permission{1};

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "user", self.user);
        v(4, "permission", self.permission);
    }
    friend bool operator==(const PermissionView&, const PermissionView&) = default;
};

// The structure of a version config (6.1). The shell parses the JSON and hands over both.
struct VersionConfig {
    std::vector<matchmaking::ModeRules> modes;
    JsonText whole;  // the object as given, with `user_data`: what runtimes and clients are told

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "modes", self.modes);
        v(2, "whole", self.whole);
    }
    friend bool operator==(const VersionConfig&, const VersionConfig&) = default;
};

// Details of refusals that one code cannot tell apart. Where the details of an input do not name
// one of these, the code says it all: invalid_argument is VALIDATION_CONSTRAINT_VIOLATED, not_found
// OBJECT_NOT_FOUND, already_exists DB_CONSTRAINT_VIOLATED, denied PERMISSION_NOT_FOUND.
namespace refusal {
inline constexpr const char* wrong_argument = "WRONG_ARGUMENT";              // invalid_argument
inline constexpr const char* wrong_image = "WRONG_IMAGE";                    // denied
inline constexpr const char* wrong_version_state = "WRONG_VERSION_STATE";    // conflict
inline constexpr const char* deployment_not_found = "DEPLOYMENT_NOT_FOUND";  // conflict
}  // namespace refusal

// The reply of a command that has nothing to say.
struct Done {
    template <class Self, class V>
    static void describe(Self&, V&) {}
    friend bool operator==(const Done&, const Done&) = default;
};

}  // namespace playback::catalog
