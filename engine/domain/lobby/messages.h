// What other aggregates say to a deployment (the director), and it to a player.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json_text.h"
#include "engine/base/time.h"
#include "engine/domain/ids.h"
#include "engine/domain/matchmaking/mode_rules.h"
#include "engine/kernel/message.h"

namespace playback::lobby {

enum class RuntimeQualifier : std::uint8_t { lobby = 1, match = 2 };
enum class ImageQualifier : std::uint8_t { universal = 1, lobby = 2, match = 3 };

// What a runtime is for. A lobby, or a match, has the number of its runtime.
struct RuntimePlace {
    RuntimeQualifier qualifier = RuntimeQualifier::lobby;
    LobbyId lobby;            // of a lobby
    MatchId match;            // of a match
    MatchmakerId matchmaker;  // the number of its deployment
    std::string mode;         // of a match

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "qualifier", self.qualifier);
        v(2, "lobby", self.lobby);
        v(3, "match", self.match);
        v(4, "matchmaker", self.matchmaker);
        v(5, "mode", self.mode);
    }
    friend bool operator==(const RuntimePlace&, const RuntimePlace&) = default;
};

// What a runtime knows of a client (or party) that looks for a match: the value of an attribute, or
// its latency to a region in ms.
struct MatchmakingValue {
    bool is_latency = false;
    std::string name;
    std::int32_t value = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "is_latency", self.is_latency);
        v(2, "name", self.name);
        v(3, "value", self.value);
    }
    friend bool operator==(const MatchmakingValue&, const MatchmakingValue&) = default;
};

// How it stands with a request for a match. All but the first and the last are final.
enum class TicketState : std::uint8_t {
    waiting = 1,
    matched,      // into `match`
    cancelled,    // see the reason
    timed_out,    // the reason is why nothing had been found
    refused,      // never waited
    not_looking,  // asked after a client that looks for no match
};

// Why. Of a ticket that waits or has timed out: why nothing was found so far.
enum class TicketReason : std::uint8_t {
    none = 0,
    mode_unknown = 1,  // the version's config has no such mode
    no_match_image,    // the version has no image for matches
    never_fits,        // no match of the mode could take it, whoever else comes
    client_not_here,   // one of the clients does not sit in that lobby (any more)
    not_a_lobby,       // a match asked
    requested,         // by the runtime
    replaced,          // by another request for the same client
    client_left,       // it has ended, or another request took it out of its party
    too_few_players,   // of those who wait, for the minimum of the mode
    no_fit,            // enough wait, but not such as may play together
    match_starting,    // a match for them boots
    no_capacity,       // a match for them waits for a container host with room
    matches_limit,     // there are as many matches as there may be (max_matches)
    matches_failing,   // the last ones died young; the next is opened after a pause
    to_be_looked_at,   // there is more to look at than one step may: it follows at once
};

// Deployment -> lobby runtime, as a message in its mailbox: how it stands with a ticket.
struct TicketWord {
    std::uint64_t number = 0;  // as the runtime called it; zero: it did not
    std::string mode;          // empty: of no ticket
    TicketState state = TicketState::not_looking;
    TicketReason reason = TicketReason::none;
    std::uint64_t position = 0;        // of one that waits: 1 is the oldest; zero: does not wait
    std::optional<Duration> estimate;  // of one that waits: how long still; not given: unknown
    MatchId match;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "number", self.number);
        v(2, "mode", self.mode);
        v(3, "state", self.state);
        v(4, "reason", self.reason);
        v(5, "position", self.position);
        v(6, "estimate", self.estimate);
        v(7, "match", self.match);
    }
    friend bool operator==(const TicketWord&, const TicketWord&) = default;
};

struct RuntimeImage {
    ImageQualifier qualifier = ImageQualifier::universal;
    std::string reference;  // "<tenant>/<project>:<tag>", without the registry

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "qualifier", self.qualifier);
        v(2, "reference", self.reference);
    }
    friend bool operator==(const RuntimeImage&, const RuntimeImage&) = default;
};

// How many matches of a mode there are at least, also empty ones.
struct WarmMatches {
    std::string mode;
    std::uint32_t min_matches = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "mode", self.mode);
        v(2, "min_matches", self.min_matches);
    }
    friend bool operator==(const WarmMatches&, const WarmMatches&) = default;
};

// Limits of a deployment's config (omgservers.md 3.3); zero means the installation's default.
struct DeploymentConfig {
    std::uint32_t min_lobbies = 0;
    std::uint32_t max_lobbies = 2147483647;
    std::uint32_t lobby_max_assignments = 128;
    std::uint32_t lobby_min_lifetime_s = 0;
    std::uint32_t lobby_cpu_limit = 0;     // ms of CPU per 100 ms
    std::uint32_t lobby_memory_limit = 0;  // MB
    JsonText whole;                        // as given, for details and for what comes later
    std::uint32_t match_cpu_limit = 0;
    std::uint32_t match_memory_limit = 0;
    std::uint32_t max_matches = 2147483647;
    std::vector<WarmMatches> warm_matches;
    // How long clients may stay when the deployment is closed; zero: until they leave.
    std::uint32_t drain_seconds = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "min_lobbies", self.min_lobbies);
        v(2, "max_lobbies", self.max_lobbies);
        v(3, "lobby_max_assignments", self.lobby_max_assignments);
        v(4, "lobby_min_lifetime_s", self.lobby_min_lifetime_s);
        v(5, "lobby_cpu_limit", self.lobby_cpu_limit);
        v(6, "lobby_memory_limit", self.lobby_memory_limit);
        v(7, "whole", self.whole);
        v(8, "match_cpu_limit", self.match_cpu_limit);
        v(9, "match_memory_limit", self.match_memory_limit);
        v(10, "max_matches", self.max_matches);
        v(11, "warm_matches", self.warm_matches);
        v(12, "drain_seconds", self.drain_seconds);
    }
    friend bool operator==(const DeploymentConfig&, const DeploymentConfig&) = default;
};

// Tenant -> deployment: exist and take clients. All that it will ever need of the catalogue.
struct OpenDeployment {
    static constexpr kernel::MessageKind kind = 300;
    using Reply = void;

    TenantId tenant;
    ProjectId project;
    StageId stage;
    VersionId version;
    JsonText version_config;  // omgservers.md 6.1
    DeploymentConfig config;
    std::vector<RuntimeImage> images;
    std::string tenant_label;  // alias if there is one, else the id: for container labels
    std::string project_label;
    std::string stage_label;
    std::vector<matchmaking::ModeRules> modes;  // of the version's config

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "tenant", self.tenant);
        v(2, "project", self.project);
        v(3, "stage", self.stage);
        v(4, "version", self.version);
        v(5, "version_config", self.version_config);
        v(6, "config", self.config);
        v(7, "images", self.images);
        v(8, "tenant_label", self.tenant_label);
        v(9, "project_label", self.project_label);
        v(10, "stage_label", self.stage_label);
        v(11, "modes", self.modes);
    }
};

// Tenant -> deployment: take no new clients; end when the last one has left.
struct CloseDeployment {
    static constexpr kernel::MessageKind kind = 301;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Tenant -> deployment: end now, with all its clients and runtimes.
struct DeleteDeployment {
    static constexpr kernel::MessageKind kind = 302;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Deployment -> player: this client of yours sits in that runtime now; introduce it with the
// profile. `assignment` counts the seats that the client was given: older ones are stale.
struct Introduce {
    static constexpr kernel::MessageKind kind = 303;
    using Reply = void;

    ClientId client;
    RuntimeId runtime;
    DeploymentId deployment;
    std::uint64_t assignment = 0;
    std::string group_name;  // empty in a lobby

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "runtime", self.runtime);
        v(3, "deployment", self.deployment);
        v(4, "assignment", self.assignment);
        v(5, "group_name", self.group_name);
    }
};

// Player -> runtime: the client joins, with its profile as it is now.
struct AssignClient {
    static constexpr kernel::MessageKind kind = 304;
    using Reply = void;

    UserId user;
    StageId stage;
    ClientId client;
    DeploymentId deployment;
    std::uint64_t assignment = 0;
    JsonText profile;
    std::string group_name;  // empty in a lobby

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "stage", self.stage);
        v(3, "client", self.client);
        v(4, "deployment", self.deployment);
        v(5, "assignment", self.assignment);
        v(6, "profile", self.profile);
        v(7, "group_name", self.group_name);
    }
};

// Runtime -> player: replace the profile whole (SET_PROFILE).
struct SetProfile {
    static constexpr kernel::MessageKind kind = 305;
    using Reply = void;

    JsonText profile;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "profile", self.profile);
    }
};

// Deployment -> tenant: ended; forget it.
struct DeploymentEnded {
    static constexpr kernel::MessageKind kind = 306;
    using Reply = void;

    DeploymentId deployment;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "deployment", self.deployment);
    }
};

}  // namespace playback::lobby
