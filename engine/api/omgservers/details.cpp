#include "engine/api/omgservers/details.h"

namespace playback::omgservers {

void write_aliases(wire::JsonWriter& out, const std::vector<catalog::AliasView>& aliases) {
    out.key("aliases").array();
    for (const catalog::AliasView& alias : aliases) {
        out.object().key("id").id(alias.id.value).key("created").time(alias.created);
        out.key("qualifier").string(word_of(alias.qualifier));
        out.key("entity_id").id(alias.entity);
        out.key("value").string(alias.value).end_object();
    }
    out.end_array();
}

void write_project(wire::JsonWriter& out, TenantId tenant, const catalog::ProjectView& project) {
    out.object().key("id").id(project.id.value).key("tenant_id").id(tenant.value);
    out.key("created").time(project.created);
    write_aliases(out, project.aliases);
    out.end_object();
}

void write_stage(wire::JsonWriter& out,
                 TenantId tenant,
                 ProjectId project,
                 const catalog::StageView& stage) {
    out.object().key("id").id(stage.id.value).key("tenant_id").id(tenant.value);
    out.key("project_id").id(project.value).key("created").time(stage.created);
    write_aliases(out, stage.aliases);
    out.end_object();
}

void write_version(wire::JsonWriter& out, TenantId tenant, const catalog::VersionView& version) {
    out.object().key("id").id(version.id.value).key("tenant_id").id(tenant.value);
    out.key("project_id").id(version.project.value).key("created").time(version.created);
    out.end_object();
}

void write_deployment(wire::JsonWriter& out,
                      TenantId tenant,
                      const catalog::DeploymentView& deployment) {
    out.object().key("id").id(deployment.id.value).key("tenant_id").id(tenant.value);
    out.key("stage_id").id(deployment.stage.value).key("version_id").id(deployment.version.value);
    out.key("created").time(deployment.created);
    out.key("status").string(word_of(deployment.status)).end_object();
}

}  // namespace playback::omgservers
