// Versions of a tenant's projects, and their images.
#include "engine/domain/catalog/image_reference.h"
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "engine/domain/catalog/version_config.h"

namespace playback::catalog {

Result<VersionCreated> Tenant::apply(const CreateVersion& command,
                                     kernel::Moment& moment,
                                     kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    const auto& permissions = projects_.at(project).permissions;
    if (!permissions.allows(command.caller, ProjectPermission::version_manager))
        return Error{Errc::denied, "VERSION_MANAGER"};
    TRY_VOID(check_version_config(command.config));
    if (versions_.size() >= limits::versions_max)
        return Error{Errc::full, "the tenant has too many versions"};
    if (version_bytes_ + command.config.whole.size() > limits::version_bytes_max)
        return Error{Errc::full, "the version configs of the tenant are too large"};

    const auto id = moment.next<VersionId>();
    VersionRow row{project, moment.wall(), command.config, {}};
    effects.put(key_of(id), row);
    CHECK(insert(id, std::move(row)));
    return VersionCreated{id};
}

Result<VersionDetails> Tenant::apply(const GetVersionDetails& command,
                                     kernel::Moment&,
                                     kernel::Effects&) const {
    TRY_VOID(check_exists());
    const auto version = versions_.find(command.version);
    if (version == versions_.end()) return Error{Errc::not_found, "version"};
    const auto& permissions = projects_.at(version->second.row.project).permissions;
    if (!permissions.allows(command.caller, ProjectPermission::project_viewer))
        return Error{Errc::denied, "PROJECT_VIEWER"};

    VersionDetails details{view_of(command.version), {}};
    for (const auto& [qualifier, image] : version->second.images)
        details.images.push_back({image.id, image.created, qualifier, image.image});
    return details;
}

Result<Done> Tenant::apply(const DeleteVersion& command,
                           kernel::Moment& moment,
                           kernel::Effects& effects) {
    TRY_VOID(check_exists());
    const auto version = versions_.find(command.version);
    if (version == versions_.end()) return Error{Errc::not_found, "version"};
    const auto& permissions = projects_.at(version->second.row.project).permissions;
    if (!permissions.allows(command.caller, ProjectPermission::version_manager))
        return Error{Errc::denied, "VERSION_MANAGER"};

    drop(command.version, effects);
    erase_with(key_of(command.version), moment, effects);
    return Done{};
}

Result<ImageCreated> Tenant::apply(const CreateImage& command,
                                   kernel::Moment& moment,
                                   kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    const auto& permissions = projects_.at(project).permissions;
    if (!permissions.allows(command.caller, ProjectPermission::version_manager))
        return Error{Errc::denied, "VERSION_MANAGER"};
    const auto version = versions_.find(command.version);
    if (version == versions_.end() || version->second.row.project != project)
        return Error{Errc::not_found, "version"};
    TRY(reference, parse_image_reference(command.image));
    // What was written in the request, not what it leads to: this is where it will be pulled from.
    if (reference.space != command.tenant_text || reference.name != command.project_text)
        return Error{Errc::denied, refusal::wrong_image};
    if (version->second.images.contains(command.qualifier)) return ImageCreated{false, {}};

    ImageRow row{moment.next<ImageId>(), moment.wall(), command.image, {}};
    const ImageCreated reply{true, row.id};
    effects.put(image_key(command.version, command.qualifier), row);
    CHECK(insert(command.version, command.qualifier, std::move(row)));
    return reply;
}

VersionView Tenant::view_of(VersionId version) const {
    const VersionRow& row = versions_.at(version).row;
    return {version, row.project, row.created};
}

}  // namespace playback::catalog
