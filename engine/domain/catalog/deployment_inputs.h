// What a tenant can be asked about deployments, and the way of a player in (see tenant_inputs.h for
// `caller`).
//
// At most one deployment of a stage is open, the newest. Closed ones stay listed until they have
// emptied (lobby::DeploymentEnded).
#pragma once

#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

struct DeploymentCreated {
    DeploymentId deployment;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "deployment", self.deployment);
    }
};

// developer/create-deployment (P1 deploy-version: with the default config). Opens a new deployment
// and closes the stage's older ones. Refused: not_found (project, stage, version), denied (stage
// DEPLOYMENT_MANAGER), invalid_argument with refusal::wrong_argument (version and stage are of
// different projects), conflict with refusal::wrong_version_state (the version has no image),
// invalid_argument (max_lobbies or lobby.max_assignments is 0, config too long), full.
struct CreateDeployment {
    static constexpr kernel::MessageKind kind = 220;
    using Reply = DeploymentCreated;

    UserId caller;
    Ref project;
    Ref stage;
    VersionId version;
    lobby::DeploymentConfig config;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "stage", self.stage);
        v(4, "version", self.version);
        v(5, "config", self.config);
    }
};

struct DeploymentAuthorized {
    ProjectId project;
    DeploymentView deployment;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "deployment", self.deployment);
    }
};

// developer/get-deployment-details, P1 create-lobby-request, delete-lobby and so on: may the caller
// manage this deployment? (P2 names no tenant: ask the deployment itself for it first.)
// Refused: not_found, denied (stage DEPLOYMENT_MANAGER).
struct AuthorizeDeployment {
    static constexpr kernel::MessageKind kind = 221;
    using Reply = DeploymentAuthorized;

    UserId caller;
    DeploymentId deployment;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "deployment", self.deployment);
    }
};

// developer/delete-deployment: it ends now, with its clients and runtimes. `deleted` is true. (P2
// names no tenant: as above.) Refused: not_found, denied (stage DEPLOYMENT_MANAGER).
struct DeleteDeploymentEntry {
    static constexpr kernel::MessageKind kind = 222;
    using Reply = Done;

    UserId caller;
    DeploymentId deployment;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "deployment", self.deployment);
    }
};

struct StageResolved {
    ProjectId project;
    StageId stage;
    DeploymentId deployment;  // the newest open one
    VersionId version;
    WallTime version_created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
        v(3, "deployment", self.deployment);
        v(4, "version", self.version);
        v(5, "version_created", self.version_created);
    }
};

// player/create-client, step 1. Refused: not_found (tenant, project, stage), conflict with
// refusal::deployment_not_found (no open deployment).
struct ResolveStage {
    static constexpr kernel::MessageKind kind = 223;
    using Reply = StageResolved;

    Ref project;
    Ref stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
    }
};

// The tenant's own timer: erases some more rows of what was deleted.
struct PurgeDeleted {
    static constexpr kernel::MessageKind kind = 230;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::catalog
