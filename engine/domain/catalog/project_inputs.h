// What a tenant can be asked about its projects and stages (see tenant_inputs.h for `caller`).
#pragma once

#include <string>
#include <vector>

#include "engine/domain/catalog/tenant_inputs.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

struct ProjectCreated {
    ProjectId project;
    StageId stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
    }
};

// support/ and developer/create-project: a project with one stage. A developer is granted all three
// project permissions and, on the stage, DEPLOYMENT_MANAGER; support grants none.
// Refused: not_found, denied (tenant PROJECT_MANAGER), full.
struct CreateProject {
    static constexpr kernel::MessageKind kind = 180;
    using Reply = ProjectCreated;

    UserId caller;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
    }
};

struct InnerAliasCreated {
    AliasId alias;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "alias", self.alias);
    }
};

// support/ and developer/create-project-alias; unique in the tenant. Refused: denied (tenant
// PROJECT_MANAGER), not_found (tenant, project), already_exists, invalid_argument (no name, or
// longer than 64 characters), full.
struct CreateProjectAlias {
    static constexpr kernel::MessageKind kind = 181;
    using Reply = InnerAliasCreated;

    UserId caller;
    ProjectId project;
    std::string text;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "text", self.text);
    }
};

// support/ and developer/delete-project, with all that is in it. `deleted` is true. Refused: denied
// (tenant PROJECT_MANAGER), not_found.
struct DeleteProject {
    static constexpr kernel::MessageKind kind = 182;
    using Reply = Done;

    UserId caller;
    Ref project;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
    }
};

struct StageView {
    StageId id;
    WallTime created;
    std::vector<AliasView> aliases;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "aliases", self.aliases);
    }
};

struct VersionView {
    VersionId id;
    ProjectId project;
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "project", self.project);
        v(3, "created", self.created);
    }
};

struct ProjectDetails {
    ProjectView project;
    std::vector<PermissionView<ProjectPermission>> permissions;
    std::vector<StageView> stages;
    std::vector<VersionView> versions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "permissions", self.permissions);
        v(3, "stages", self.stages);
        v(4, "versions", self.versions);
    }
};

// developer/get-project-details. Refused: not_found, denied (project PROJECT_VIEWER).
struct GetProjectDetails {
    static constexpr kernel::MessageKind kind = 183;
    using Reply = ProjectDetails;

    UserId caller;
    Ref project;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
    }
};

struct PushAuthorized {
    ProjectId project;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
    }
};

// The registry's token call: may the caller push images of this project? Writes nothing. Refused:
// not_found, denied (project VERSION_MANAGER).
struct AuthorizePush {
    static constexpr kernel::MessageKind kind = 184;
    using Reply = PushAuthorized;

    UserId caller;
    Ref project;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
    }
};

struct StageCreated {
    StageId stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "stage", self.stage);
    }
};

// support/ and developer/create-stage. A developer is granted DEPLOYMENT_MANAGER and STAGE_VIEWER.
// Refused: not_found, denied (project STAGE_MANAGER), full.
struct CreateStage {
    static constexpr kernel::MessageKind kind = 190;
    using Reply = StageCreated;

    UserId caller;
    Ref project;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
    }
};

// support/ and developer/create-stage-alias; unique in the project. Refused: not_found (tenant,
// stage), denied (STAGE_MANAGER of the stage's project), already_exists, invalid_argument, full.
struct CreateStageAlias {
    static constexpr kernel::MessageKind kind = 191;
    using Reply = InnerAliasCreated;

    UserId caller;
    StageId stage;
    std::string text;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "stage", self.stage);
        v(3, "text", self.text);
    }
};

// support/ and developer/delete-stage, with its deployments. `deleted` is true. Refused: not_found,
// denied (project STAGE_MANAGER).
struct DeleteStage {
    static constexpr kernel::MessageKind kind = 192;
    using Reply = Done;

    UserId caller;
    Ref project;
    Ref stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "stage", self.stage);
    }
};

enum class DeploymentStatus : std::uint8_t { open = 1, closed };

struct DeploymentView {
    DeploymentId id;
    StageId stage;
    VersionId version;
    WallTime created;
    DeploymentStatus status = DeploymentStatus::open;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "stage", self.stage);
        v(3, "version", self.version);
        v(4, "created", self.created);
        v(5, "status", self.status);
    }
};

struct StageDetails {
    ProjectId project;
    StageView stage;
    std::vector<PermissionView<StagePermission>> permissions;
    std::vector<DeploymentView> deployments;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
        v(3, "permissions", self.permissions);
        v(4, "deployments", self.deployments);
    }
};

// developer/get-stage-details. Refused: not_found, denied (project PROJECT_VIEWER; the reference
// never consults STAGE_VIEWER, and so do we).
struct GetStageDetails {
    static constexpr kernel::MessageKind kind = 193;
    using Reply = StageDetails;

    UserId caller;
    Ref project;
    Ref stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "stage", self.stage);
    }
};

}  // namespace playback::catalog
