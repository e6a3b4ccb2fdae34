// The ids of the domain, each a type of its own, and the addresses of its aggregates.
//
// Aggregate kinds are stable numbers: they stand in every stored key. Never reuse one.
#pragma once

#include <string_view>

#include "engine/base/id.h"
#include "engine/kernel/address.h"

namespace playback {

using UserId = Id<struct UserTag>;
using TenantId = Id<struct TenantTag>;
using ProjectId = Id<struct ProjectTag>;
using StageId = Id<struct StageTag>;
using VersionId = Id<struct VersionTag>;
using ImageId = Id<struct ImageTag>;
using AliasId = Id<struct AliasTag>;
using PermissionId = Id<struct PermissionTag>;
using PlayerId = Id<struct PlayerTag>;
using DeploymentId = Id<struct DeploymentTag>;
using LobbyId = Id<struct LobbyTag>;
using MatchmakerId = Id<struct MatchmakerTag>;
using MatchId = Id<struct MatchTag>;
using ClientId = Id<struct ClientTag>;
using RuntimeId = Id<struct RuntimeTag>;
using MessageId = Id<struct MessageTag>;
using PoolId = Id<struct PoolTag>;
using HostId = Id<struct HostTag>;

namespace kinds {
inline constexpr kernel::Kind user = 1;
inline constexpr kernel::Kind root_alias = 2;  // a bucket: the names whose CRC-16 is `a`
inline constexpr kernel::Kind tenant = 3;
inline constexpr kernel::Kind player = 4;  // a: user, b: stage
inline constexpr kernel::Kind deployment = 5;
inline constexpr kernel::Kind client = 6;
inline constexpr kernel::Kind runtime = 7;
inline constexpr kernel::Kind pool = 8;
}  // namespace kinds

constexpr kernel::Address address_of(UserId id) {
    return {kinds::user, id.value, 0};
}
constexpr kernel::Address address_of(TenantId id) {
    return {kinds::tenant, id.value, 0};
}
constexpr kernel::Address address_of(DeploymentId id) {
    return {kinds::deployment, id.value, 0};
}
constexpr kernel::Address address_of(ClientId id) {
    return {kinds::client, id.value, 0};
}
constexpr kernel::Address address_of(RuntimeId id) {
    return {kinds::runtime, id.value, 0};
}
constexpr kernel::Address address_of(PoolId id) {
    return {kinds::pool, id.value, 0};
}
constexpr kernel::Address player_address(UserId user, StageId stage) {
    return {kinds::player, user.value, stage.value};
}
// Where the alias `text` of a user or a tenant is decided.
inline kernel::Address root_alias_address(std::string_view text) {
    return {kinds::root_alias, crc16_arc(text), 1};
}

// The one pool of this release; made at bootstrap.
inline constexpr PoolId default_pool{make_id(1024, 0)};

}  // namespace playback
