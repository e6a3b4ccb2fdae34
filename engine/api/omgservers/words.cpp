#include "engine/api/omgservers/words.h"

#include <array>
#include <cstddef>

#include "engine/base/check.h"

namespace playback::omgservers {
namespace {

template <class Enum>
struct Word {
    Enum value;
    std::string_view text;
};

template <class Enum, std::size_t count>
std::string_view find_word(const std::array<Word<Enum>, count>& words, Enum value) {
    for (const Word<Enum>& word : words)
        if (word.value == value) return word.text;
    CHECK(false && "an enum without a word");
}

template <class Enum, std::size_t count>
std::optional<Enum> find_value(const std::array<Word<Enum>, count>& words, std::string_view text) {
    for (const Word<Enum>& word : words)
        if (word.text == text) return word.value;
    return std::nullopt;
}

using catalog::AliasQualifier;
constexpr std::array alias_qualifiers = {
    Word<AliasQualifier>{AliasQualifier::root, "ROOT"},
    Word<AliasQualifier>{AliasQualifier::pool, "POOL"},
    Word<AliasQualifier>{AliasQualifier::user, "USER"},
    Word<AliasQualifier>{AliasQualifier::tenant, "TENANT"},
    Word<AliasQualifier>{AliasQualifier::project, "PROJECT"},
    Word<AliasQualifier>{AliasQualifier::stage, "STAGE"},
    Word<AliasQualifier>{AliasQualifier::ptr, "PTR"},
};

using catalog::TenantPermission;
constexpr std::array tenant_permissions = {
    Word<TenantPermission>{TenantPermission::project_manager, "PROJECT_MANAGER"},
    Word<TenantPermission>{TenantPermission::tenant_viewer, "TENANT_VIEWER"},
};

using catalog::ProjectPermission;
constexpr std::array project_permissions = {
    Word<ProjectPermission>{ProjectPermission::stage_manager, "STAGE_MANAGER"},
    Word<ProjectPermission>{ProjectPermission::version_manager, "VERSION_MANAGER"},
    Word<ProjectPermission>{ProjectPermission::project_viewer, "PROJECT_VIEWER"},
};

using catalog::StagePermission;
constexpr std::array stage_permissions = {
    Word<StagePermission>{StagePermission::deployment_manager, "DEPLOYMENT_MANAGER"},
    Word<StagePermission>{StagePermission::stage_viewer, "STAGE_VIEWER"},
};

using catalog::DeploymentStatus;
constexpr std::array deployment_statuses = {
    Word<DeploymentStatus>{DeploymentStatus::open, "CREATED"},
    Word<DeploymentStatus>{DeploymentStatus::closed, "CLOSED"},
};

using lobby::LobbyStatus;
constexpr std::array lobby_statuses = {
    Word<LobbyStatus>{LobbyStatus::pending, "PENDING"},
    Word<LobbyStatus>{LobbyStatus::ready, "CREATED"},
    Word<LobbyStatus>{LobbyStatus::closed, "CLOSED"},
};

using lobby::MatchStatus;
constexpr std::array match_statuses = {
    Word<MatchStatus>{MatchStatus::pending, "PENDING"},
    Word<MatchStatus>{MatchStatus::ready, "CREATED"},
    Word<MatchStatus>{MatchStatus::stopped, "CLOSED"},
    Word<MatchStatus>{MatchStatus::closed, "CLOSED"},
};

using lobby::ImageQualifier;
constexpr std::array image_qualifiers = {
    Word<ImageQualifier>{ImageQualifier::universal, "UNIVERSAL"},
    Word<ImageQualifier>{ImageQualifier::lobby, "LOBBY"},
    Word<ImageQualifier>{ImageQualifier::match, "MATCH"},
};

using lobby::RuntimeQualifier;
constexpr std::array runtime_qualifiers = {
    Word<RuntimeQualifier>{RuntimeQualifier::lobby, "LOBBY"},
    Word<RuntimeQualifier>{RuntimeQualifier::match, "MATCH"},
};

using mailbox::DeletionReason;
constexpr std::array deletion_reasons = {
    Word<DeletionReason>{DeletionReason::client_inactivity, "CLIENT_INACTIVITY"},
    Word<DeletionReason>{DeletionReason::internal_failure, "INTERNAL_FAILURE"},
};

using mailbox::ClientMailKind;
constexpr std::array client_mail_p2 = {
    Word<ClientMailKind>{ClientMailKind::greeted, "CLIENT_GREETED"},
    Word<ClientMailKind>{ClientMailKind::runtime_assigned, "RUNTIME_ASSIGNED"},
    Word<ClientMailKind>{ClientMailKind::message_produced, "MESSAGE_PRODUCED"},
    Word<ClientMailKind>{ClientMailKind::client_deleted, "CLIENT_DELETED"},
    Word<ClientMailKind>{ClientMailKind::connection_upgraded, "CONNECTION_UPGRADED"},
};
constexpr std::array client_mail_p1 = {
    Word<ClientMailKind>{ClientMailKind::greeted, "SERVER_WELCOME_MESSAGE"},
    Word<ClientMailKind>{ClientMailKind::runtime_assigned, "RUNTIME_ASSIGNMENT_MESSAGE"},
    Word<ClientMailKind>{ClientMailKind::message_produced, "SERVER_OUTGOING_MESSAGE"},
    Word<ClientMailKind>{ClientMailKind::client_deleted, "DISCONNECTION_REASON_MESSAGE"},
    Word<ClientMailKind>{ClientMailKind::connection_upgraded, "CONNECTION_UPGRADE_MESSAGE"},
};

using mailbox::RuntimeMailKind;
constexpr std::array runtime_mail_p2 = {
    Word<RuntimeMailKind>{RuntimeMailKind::runtime_created, "RUNTIME_CREATED"},
    Word<RuntimeMailKind>{RuntimeMailKind::client_assigned, "CLIENT_ASSIGNED"},
    Word<RuntimeMailKind>{RuntimeMailKind::client_removed, "CLIENT_REMOVED"},
    Word<RuntimeMailKind>{RuntimeMailKind::message_received, "MESSAGE_RECEIVED"},
    Word<RuntimeMailKind>{RuntimeMailKind::ticket_told, "MATCHMAKING_STATUS"},
};
constexpr std::array runtime_mail_p1 = {
    Word<RuntimeMailKind>{RuntimeMailKind::runtime_created, "INIT_RUNTIME"},
    Word<RuntimeMailKind>{RuntimeMailKind::client_assigned, "ADD_CLIENT"},
    Word<RuntimeMailKind>{RuntimeMailKind::client_removed, "DELETE_CLIENT"},
    Word<RuntimeMailKind>{RuntimeMailKind::message_received, "HANDLE_MESSAGE"},
    Word<RuntimeMailKind>{RuntimeMailKind::ticket_told, "MATCHMAKING_STATUS"},
};

using mailbox::RuntimeSays;
constexpr std::array runtime_says = {
    Word<RuntimeSays>{RuntimeSays::respond_client, "RESPOND_CLIENT"},
    Word<RuntimeSays>{RuntimeSays::multicast_message, "MULTICAST_MESSAGE"},
    Word<RuntimeSays>{RuntimeSays::broadcast_message, "BROADCAST_MESSAGE"},
    Word<RuntimeSays>{RuntimeSays::set_profile, "SET_PROFILE"},
    Word<RuntimeSays>{RuntimeSays::kick_client, "KICK_CLIENT"},
    Word<RuntimeSays>{RuntimeSays::request_matchmaking, "REQUEST_MATCHMAKING"},
    Word<RuntimeSays>{RuntimeSays::stop_matchmaking, "STOP_MATCHMAKING"},
    Word<RuntimeSays>{RuntimeSays::upgrade_connection, "UPGRADE_CONNECTION"},
    Word<RuntimeSays>{RuntimeSays::cancel_matchmaking, "CANCEL_MATCHMAKING"},
    Word<RuntimeSays>{RuntimeSays::show_matchmaking, "SHOW_MATCHMAKING"},
};

// Ours: what lobbies that number their requests are told.
using lobby::TicketState;
constexpr std::array ticket_states = {
    Word<TicketState>{TicketState::waiting, "WAITING"},
    Word<TicketState>{TicketState::matched, "MATCHED"},
    Word<TicketState>{TicketState::cancelled, "CANCELLED"},
    Word<TicketState>{TicketState::timed_out, "TIMED_OUT"},
    Word<TicketState>{TicketState::refused, "REFUSED"},
    Word<TicketState>{TicketState::not_looking, "NOT_LOOKING"},
};

using lobby::TicketReason;
constexpr std::array ticket_reasons = {
    Word<TicketReason>{TicketReason::mode_unknown, "MODE_UNKNOWN"},
    Word<TicketReason>{TicketReason::no_match_image, "NO_MATCH_IMAGE"},
    Word<TicketReason>{TicketReason::never_fits, "NEVER_FITS"},
    Word<TicketReason>{TicketReason::client_not_here, "CLIENT_NOT_HERE"},
    Word<TicketReason>{TicketReason::not_a_lobby, "NOT_A_LOBBY"},
    Word<TicketReason>{TicketReason::requested, "REQUESTED"},
    Word<TicketReason>{TicketReason::replaced, "REPLACED"},
    Word<TicketReason>{TicketReason::client_left, "CLIENT_LEFT"},
    Word<TicketReason>{TicketReason::too_few_players, "TOO_FEW_PLAYERS"},
    Word<TicketReason>{TicketReason::no_fit, "NO_FIT"},
    Word<TicketReason>{TicketReason::match_starting, "MATCH_STARTING"},
    Word<TicketReason>{TicketReason::no_capacity, "NO_CAPACITY"},
    Word<TicketReason>{TicketReason::matches_limit, "MATCHES_LIMIT"},
    Word<TicketReason>{TicketReason::matches_failing, "MATCHES_FAILING"},
    Word<TicketReason>{TicketReason::to_be_looked_at, "TO_BE_LOOKED_AT"},
};

}  // namespace

std::string_view word_of(AliasQualifier qualifier) {
    return find_word(alias_qualifiers, qualifier);
}
std::string_view word_of(TenantPermission permission) {
    return find_word(tenant_permissions, permission);
}
std::string_view word_of(ProjectPermission permission) {
    return find_word(project_permissions, permission);
}
std::string_view word_of(StagePermission permission) {
    return find_word(stage_permissions, permission);
}
std::string_view word_of(DeploymentStatus status) {
    return find_word(deployment_statuses, status);
}
std::string_view word_of(LobbyStatus status) {
    return find_word(lobby_statuses, status);
}
std::string_view word_of(MatchStatus status) {
    return find_word(match_statuses, status);
}
std::string_view word_of(ImageQualifier qualifier) {
    return find_word(image_qualifiers, qualifier);
}
std::string_view word_of(RuntimeQualifier qualifier) {
    return find_word(runtime_qualifiers, qualifier);
}
std::string_view word_of(DeletionReason reason) {
    return find_word(deletion_reasons, reason);
}
std::string_view word_of(ClientMailKind kind, Generation generation) {
    return find_word(generation == Generation::p1 ? client_mail_p1 : client_mail_p2, kind);
}
std::string_view word_of(TicketState state) {
    return find_word(ticket_states, state);
}
std::string_view word_of(TicketReason reason) {
    return find_word(ticket_reasons, reason);
}
std::string_view word_of(RuntimeMailKind kind, Generation generation, bool in_match) {
    if (generation == Generation::p2) return find_word(runtime_mail_p2, kind);
    if (in_match && kind == RuntimeMailKind::client_assigned) return "ADD_MATCH_CLIENT";
    return find_word(runtime_mail_p1, kind);
}

template <>
std::optional<TenantPermission> named(std::string_view word) {
    return find_value(tenant_permissions, word);
}
template <>
std::optional<ProjectPermission> named(std::string_view word) {
    return find_value(project_permissions, word);
}
template <>
std::optional<StagePermission> named(std::string_view word) {
    return find_value(stage_permissions, word);
}
template <>
std::optional<ImageQualifier> named(std::string_view word) {
    return find_value(image_qualifiers, word);
}
template <>
std::optional<RuntimeSays> named(std::string_view word) {
    return find_value(runtime_says, word);
}

}  // namespace playback::omgservers
