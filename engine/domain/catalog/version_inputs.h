// What a tenant can be asked about its versions and their images (see tenant_inputs.h for
// `caller`).
#pragma once

#include <string>
#include <vector>

#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

struct VersionCreated {
    VersionId version;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "version", self.version);
    }
};

// developer/create-version. Immutable from here on. Refused: not_found, denied (project
// VERSION_MANAGER), invalid_argument (a config that 6.1 forbids; the detail names the field), full.
struct CreateVersion {
    static constexpr kernel::MessageKind kind = 210;
    using Reply = VersionCreated;

    UserId caller;
    Ref project;
    VersionConfig config;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "config", self.config);
    }
};

struct ImageView {
    ImageId id;
    WallTime created;
    lobby::ImageQualifier qualifier = lobby::ImageQualifier::universal;
    std::string image;  // `image_id` of the DTO: "<tenant>/<project>:<tag>"

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "qualifier", self.qualifier);
        v(4, "image", self.image);
    }
};

struct VersionDetails {
    VersionView version;
    std::vector<ImageView> images;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "version", self.version);
        v(2, "images", self.images);
    }
};

// developer/get-version-details. Refused: not_found, denied (PROJECT_VIEWER of its project).
struct GetVersionDetails {
    static constexpr kernel::MessageKind kind = 211;
    using Reply = VersionDetails;

    UserId caller;
    VersionId version;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "version", self.version);
    }
};

// developer/delete-version, with its images and deployments. `deleted` is true. Refused: not_found,
// denied (VERSION_MANAGER of its project).
struct DeleteVersion {
    static constexpr kernel::MessageKind kind = 212;
    using Reply = Done;

    UserId caller;
    VersionId version;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "version", self.version);
    }
};

struct ImageCreated {
    bool created = false;  // false: the version has an image of this qualifier already
    ImageId image;         // none if not created

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
        v(2, "image", self.image);
    }
};

// developer/create-image (and the demo's deployment). Refused: not_found (project; version, also
// one of another project), denied (project VERSION_MANAGER), invalid_argument with
// refusal::wrong_argument (not "ns/name:tag"), denied with refusal::wrong_image (`ns` is not the
// request's tenant text or `name` not its project text). A version given by alias never gets here:
// the shell answers WRONG_VERSION.
struct CreateImage {
    static constexpr kernel::MessageKind kind = 213;
    using Reply = ImageCreated;

    UserId caller;
    Ref project;
    VersionId version;
    lobby::ImageQualifier qualifier = lobby::ImageQualifier::universal;
    std::string image;
    std::string tenant_text;   // the request's `tenant`, verbatim
    std::string project_text;  // the request's `project`, verbatim

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
        v(2, "project", self.project);
        v(3, "version", self.version);
        v(4, "qualifier", self.qualifier);
        v(5, "image", self.image);
        v(6, "tenant_text", self.tenant_text);
        v(7, "project_text", self.project_text);
    }
};

}  // namespace playback::catalog
