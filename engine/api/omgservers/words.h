// Words: the enums of the domain as the protocol spells them (upper case; omgservers.md 1 to 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/lobby/messages.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::omgservers {

// The protocol generation whose path was called.
enum class Generation : std::uint8_t { p1, p2 };

std::string_view word_of(catalog::AliasQualifier qualifier);
std::string_view word_of(catalog::TenantPermission permission);
std::string_view word_of(catalog::ProjectPermission permission);
std::string_view word_of(catalog::StagePermission permission);
std::string_view word_of(catalog::DeploymentStatus status);
std::string_view word_of(lobby::LobbyStatus status);
std::string_view word_of(lobby::MatchStatus status);
std::string_view word_of(lobby::ImageQualifier qualifier);
std::string_view word_of(lobby::RuntimeQualifier qualifier);
std::string_view word_of(mailbox::DeletionReason reason);
std::string_view word_of(mailbox::ClientMailKind kind, Generation generation);
std::string_view word_of(lobby::TicketState state);
std::string_view word_of(lobby::TicketReason reason);  // not of `none`
// P1 has another word for a client that joins a match than for one that joins a lobby.
std::string_view word_of(mailbox::RuntimeMailKind kind, Generation generation, bool in_match);

// Nothing: there is no such word.
template <class Enum>
std::optional<Enum> named(std::string_view word);
template <>
std::optional<catalog::TenantPermission> named(std::string_view word);
template <>
std::optional<catalog::ProjectPermission> named(std::string_view word);
template <>
std::optional<catalog::StagePermission> named(std::string_view word);
template <>
std::optional<lobby::ImageQualifier> named(std::string_view word);
template <>
std::optional<mailbox::RuntimeSays> named(std::string_view word);

}  // namespace playback::omgservers
