// Random histories of a tenant against the plain model: every answer, and after every step the
// whole of what can be read. The rules runner compares each step with a tenant rebuilt from rows.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/model.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

// What to do, who does it, and four choices among what there is (or was).
using Step = std::array<std::uint8_t, 6>;

class History {
public:
    // Two projects with all that they need, so that short histories say something already; and ids
    // that never were.
    History() {
        model.tenant = shop.tenant.value;
        callers = {UserId{}, shop.developer(), shop.developer()};
        for (int i = 0; i < 2; ++i) {
            const auto [project, stage] = shop.project();
            const VersionId version = shop.version(project);
            shop.image(project, version);
            model.projects.insert(project.value);
            model.stages[stage.value] = project.value;
            model.versions[version.value] = project.value;
            model.images.insert({version.value, 1});
            projects.push_back(project.value);
            stages.push_back(stage.value);
            versions.push_back(version.value);
        }
        for (auto* ids : {&projects, &stages, &versions, &deployments}) ids->push_back(1);
    }

    void play(const Step& step) {
        choices = step;
        caller = callers[std::array{0u, 0u, 1u, 2u}[step[1] % 4]];  // support every other time
        switch (step[0] % 16) {
            case 0:
                return create_project();
            case 1:
            case 2:
                return create_stage();
            case 3:
                return name_project();
            case 4:
                return name_stage();
            case 5:
                return delete_project();
            case 6:
                return delete_stage();
            case 7:
            case 8:
                return create_version();
            case 9:
                return create_image();
            case 10:
                return delete_version();
            case 11:
            case 12:
                return create_deployment();
            case 13:
                return end_deployment();
            case 14:
                return change_tenant_permissions();
            default:
                return change_inner_permissions();
        }
    }

    // Reads alone are not compared with a reloaded tenant; now and then they are made of one, and
    // the history goes on with it.
    void check_all() {
        if (choices[5] % 4 == 0) shop.rules.reload();
        shop.rules.check_reloads(false);
        check_tenant();
        for (const std::uint64_t project : model.projects) check_project(project);
        for (const auto& [stage, project] : model.stages) check_stage(project, stage);
        for (const auto& [version, project] : model.versions) check_version(version);
        check_told();
        shop.rules.check_reloads(true);
    }

private:
    std::uint64_t pick(const std::vector<std::uint64_t>& from, std::size_t choice) const {
        return from[choices[choice] % from.size()];
    }
    std::string text(std::size_t choice) const {
        return std::string(1, static_cast<char>('a' + choices[choice] % 3));
    }
    // By id or, now and then, by name.
    Ref ref(const std::vector<std::uint64_t>& from, std::size_t choice) const {
        if (choices[choice] % 4 == 3) return Shop::by_name(text(choice));
        return {pick(from, choice), {}};
    }

    // A project and a stage: half the time such that they go together.
    std::pair<Ref, Ref> place() const {
        if (choices[5] % 2 == 0 || model.stages.empty()) return {ref(projects, 2), ref(stages, 3)};
        auto it = model.stages.begin();
        std::advance(it, choices[2] % model.stages.size());
        return {{it->second, {}}, {it->first, {}}};
    }
    // A version: half the time one that a stage of `project` could run.
    std::uint64_t version_for(const Ref& project) const {
        if (choices[5] % 4 == 3)
            for (const auto& [version, qualifier] : model.images)
                if (model.versions.at(version) == project.id) return version;
        return pick(versions, 4);
    }

    template <class Reply>
    static Errc code(const Result<Reply>& reply) {
        return reply ? Errc{} : reply.error().code;
    }

    // What the model says of a command that needs a permission in a project that `given` names.
    Errc in_project(const Ref& given, ProjectPermission needed) const {
        const auto project = model.project_of(given);
        if (!project) return Errc::not_found;
        return model.may(caller, *project, static_cast<int>(needed)) ? Errc{} : Errc::denied;
    }
    Errc in_tenant(TenantPermission needed) const {
        return model.may(caller, model.tenant, static_cast<int>(needed)) ? Errc{} : Errc::denied;
    }
    template <class Permission>
    void grant(std::uint64_t scope, Permission permission) {
        if (caller) model.permissions.insert({scope, caller.value, static_cast<int>(permission)});
    }

    void create_project() {
        const auto reply = shop.ask(CreateProject{caller});
        RC_ASSERT(code(reply) == in_tenant(TenantPermission::project_manager));
        if (!reply) return;
        const std::uint64_t project = reply->project.value;
        const std::uint64_t stage = reply->stage.value;
        model.projects.insert(project);
        model.stages[stage] = project;
        grant(project, ProjectPermission::stage_manager);
        grant(project, ProjectPermission::version_manager);
        grant(project, ProjectPermission::project_viewer);
        grant(stage, StagePermission::deployment_manager);
        projects.push_back(project);
        stages.push_back(stage);
    }

    void create_stage() {
        const Ref project = ref(projects, 2);
        const auto reply = shop.ask(CreateStage{caller, project});
        RC_ASSERT(code(reply) == in_project(project, ProjectPermission::stage_manager));
        if (!reply) return;
        const std::uint64_t stage = reply->stage.value;
        model.stages[stage] = *model.project_of(project);
        grant(stage, StagePermission::deployment_manager);
        grant(stage, StagePermission::stage_viewer);
        stages.push_back(stage);
    }

    void name_project() {
        const std::uint64_t project = pick(projects, 2);
        const auto reply = shop.ask(CreateProjectAlias{caller, ProjectId{project}, text(3)});
        Errc expected = in_tenant(TenantPermission::project_manager);
        if (expected == Errc{} && !model.projects.contains(project)) expected = Errc::not_found;
        if (expected == Errc{} && model.named(model.tenant, text(3)))
            expected = Errc::already_exists;
        RC_ASSERT(code(reply) == expected);
        if (reply) model.names[{model.tenant, text(3)}] = project;
    }

    void name_stage() {
        const std::uint64_t stage = pick(stages, 2);
        const auto reply = shop.ask(CreateStageAlias{caller, StageId{stage}, text(3)});
        const auto of = model.stages.find(stage);
        Errc expected = Errc::not_found;
        if (of != model.stages.end()) {
            expected = in_project({of->second, {}}, ProjectPermission::stage_manager);
            if (expected == Errc{} && model.named(of->second, text(3)))
                expected = Errc::already_exists;
        }
        RC_ASSERT(code(reply) == expected);
        if (reply) model.names[{of->second, text(3)}] = stage;
    }

    void delete_project() {
        const Ref project = ref(projects, 2);
        const auto reply = shop.ask(DeleteProject{caller, project});
        Errc expected = in_tenant(TenantPermission::project_manager);
        if (expected == Errc{} && !model.project_of(project)) expected = Errc::not_found;
        RC_ASSERT(code(reply) == expected);
        if (reply) model.remove_project(*model.project_of(project));
    }

    void delete_stage() {
        const auto [project, stage] = place();
        const auto reply = shop.ask(DeleteStage{caller, project, stage});
        const auto owner = model.project_of(project);
        const auto found = owner ? model.stage_of(*owner, stage) : std::nullopt;
        const Errc expected =
            found ? in_project(project, ProjectPermission::stage_manager) : Errc::not_found;
        RC_ASSERT(code(reply) == expected);
        if (reply) model.remove_stage(*found);
    }

    void create_version() {
        const Ref project = ref(projects, 2);
        const VersionConfig config{{}, JsonText::trusted("{}")};
        const auto reply = shop.ask(CreateVersion{caller, project, config});
        RC_ASSERT(code(reply) == in_project(project, ProjectPermission::version_manager));
        if (!reply) return;
        model.versions[reply->version.value] = *model.project_of(project);
        versions.push_back(reply->version.value);
    }

    void create_image() {
        const Ref project = ref(projects, 2);
        const std::uint64_t version = pick(versions, 3);
        const int qualifier = choices[4] % 3 + 1;
        const auto reply = shop.ask(CreateImage{caller,
                                                project,
                                                VersionId{version},
                                                static_cast<lobby::ImageQualifier>(qualifier),
                                                "a/b:1",
                                                "a",
                                                "b"});
        Errc expected = in_project(project, ProjectPermission::version_manager);
        const auto of = model.versions.find(version);
        const bool same = of != model.versions.end() && of->second == model.project_of(project);
        if (expected == Errc{} && !same) expected = Errc::not_found;
        RC_ASSERT(code(reply) == expected);
        if (reply) RC_ASSERT(reply->created == model.images.insert({version, qualifier}).second);
    }

    void delete_version() {
        const std::uint64_t version = pick(versions, 2);
        const auto reply = shop.ask(DeleteVersion{caller, VersionId{version}});
        const auto of = model.versions.find(version);
        const Errc expected =
            of == model.versions.end()
                ? Errc::not_found
                : in_project({of->second, {}}, ProjectPermission::version_manager);
        RC_ASSERT(code(reply) == expected);
        if (reply) model.remove_version(version);
    }

    Errc deployment_refusal(const Ref& project, const Ref& stage, std::uint64_t version) const {
        const auto owner = model.project_of(project);
        const auto where = owner ? model.stage_of(*owner, stage) : std::nullopt;
        if (!where) return Errc::not_found;
        const int needed = static_cast<int>(StagePermission::deployment_manager);
        if (!model.may(caller, *where, needed)) return Errc::denied;
        const auto of = model.versions.find(version);
        if (of == model.versions.end()) return Errc::not_found;
        if (of->second != *owner) return Errc::invalid_argument;
        const bool has_image = std::ranges::any_of(
            model.images, [&](const auto& image) { return image.first == version; });
        return has_image ? Errc{} : Errc::conflict;
    }

    void create_deployment() {
        const auto [project, stage] = place();
        const std::uint64_t version = version_for(project);
        const auto reply =
            shop.ask(CreateDeployment{caller, project, stage, VersionId{version}, {}});
        RC_ASSERT(code(reply) == deployment_refusal(project, stage, version));
        if (!reply) return;
        const std::uint64_t where = *model.stage_of(*model.project_of(project), stage);
        if (const auto older = model.open_deployment(where)) {
            model.deployments[*older].open = false;
            closed.push_back(*older);
        }
        model.deployments[reply->deployment.value] = {where, version, true};
        deployments.push_back(reply->deployment.value);
    }

    void end_deployment() {
        const std::uint64_t id = pick(deployments, 2);
        const auto it = model.deployments.find(id);
        if (choices[3] % 2 == 0) {  // it emptied by itself
            shop.rules.tell(address_of(shop.tenant), lobby::DeploymentEnded{DeploymentId{id}});
            model.deployments.erase(id);
            return;
        }
        Errc expected = Errc::not_found;
        const int needed = static_cast<int>(StagePermission::deployment_manager);
        if (it != model.deployments.end())
            expected = model.may(caller, it->second.stage, needed) ? Errc{} : Errc::denied;
        const auto reply = shop.ask(DeleteDeploymentEntry{caller, DeploymentId{id}});
        RC_ASSERT(code(reply) == expected);
        if (reply) model.remove_deployment(id);
    }

    // The shell lets only support do this.
    template <class Permission, class Reply>
    void check_changed(const Result<Reply>& reply,
                       std::optional<std::uint64_t> scope,
                       UserId user,
                       const std::vector<Permission>& set,
                       bool add) {
        RC_ASSERT(reply.has_value() == scope.has_value());
        if (!reply) return;
        std::vector<Permission> expected;
        for (const Permission permission : set) {
            const Model::Permission entry{*scope, user.value, static_cast<int>(permission)};
            const bool changed =
                add ? model.permissions.insert(entry).second : model.permissions.erase(entry) != 0;
            if (changed) expected.push_back(permission);
        }
        RC_ASSERT(reply->permissions == expected);
    }

    // A set of the first `count` permissions by the bits of a choice; never empty.
    template <class Permission>
    std::vector<Permission> some(int count, std::size_t choice) const {
        std::vector<Permission> set;
        for (int i = 0; i < count; ++i)
            if ((choices[choice] >> i & 1) != 0) set.push_back(static_cast<Permission>(i + 1));
        if (set.empty()) set.push_back(static_cast<Permission>(count));
        return set;
    }

    void change_tenant_permissions() {
        const UserId user = callers[1 + choices[2] % 2];
        const auto set = some<TenantPermission>(2, 3);
        if (choices[4] % 4 != 0) {
            const auto reply = shop.ask(CreateTenantPermissions{user, set});
            check_changed(reply, model.tenant, user, set, true);
        } else {
            const auto reply = shop.ask(DeleteTenantPermissions{user, set});
            check_changed(reply, model.tenant, user, set, false);
        }
    }

    void change_inner_permissions() {
        const UserId user = callers[1 + choices[1] % 2];
        const auto [project, stage] = place();
        const bool add = choices[4] % 3 != 0;
        const auto owner = model.project_of(project);
        if (choices[4] % 2 == 0) {
            const auto set = some<ProjectPermission>(3, 5);
            const auto reply = add ? shop.ask(CreateProjectPermissions{project, user, set})
                                   : shop.ask(DeleteProjectPermissions{project, user, set});
            return check_changed(reply, owner, user, set, add);
        }
        const auto where = owner ? model.stage_of(*owner, stage) : std::nullopt;
        const auto set = some<StagePermission>(2, 5);
        const auto reply = add ? shop.ask(CreateStagePermissions{project, stage, user, set})
                               : shop.ask(DeleteStagePermissions{project, stage, user, set});
        check_changed(reply, where, user, set, add);
    }

    // --- what can be read ---

    template <class Permission>
    void check_rights(std::uint64_t scope, const std::vector<PermissionView<Permission>>& views) {
        std::set<Model::Permission> seen;
        for (const auto& view : views)
            seen.insert({scope, view.user.value, static_cast<int>(view.permission)});
        std::set<Model::Permission> expected;
        for (const Model::Permission& each : model.permissions)
            if (std::get<0>(each) == scope) expected.insert(each);
        RC_ASSERT(seen == expected);
        RC_ASSERT(seen.size() == views.size());
    }
    void check_names(std::uint64_t entity, const std::vector<AliasView>& views) {
        std::set<std::string> seen;
        for (const AliasView& view : views) {
            RC_ASSERT(view.entity == entity);
            seen.insert(view.value);
        }
        std::set<std::string> expected;
        for (const auto& [name, led] : model.names)
            if (led == entity) expected.insert(name.second);
        RC_ASSERT(seen == expected);
    }
    template <class View>
    static std::set<std::uint64_t> ids_of(const std::vector<View>& views) {
        std::set<std::uint64_t> ids;
        for (const View& view : views) ids.insert(view.id.value);
        return ids;
    }
    static std::set<std::uint64_t> children(const std::map<std::uint64_t, std::uint64_t>& of,
                                            std::uint64_t parent) {
        std::set<std::uint64_t> ids;
        for (const auto& [child, its] : of)
            if (its == parent) ids.insert(child);
        return ids;
    }

    void check_tenant() {
        const TenantDetails details = shop.done(GetTenantDetails{});
        RC_ASSERT(ids_of(details.projects) == model.projects);
        check_rights(model.tenant, details.permissions);
    }
    void check_project(std::uint64_t project) {
        const auto details = shop.done(GetProjectDetails{{}, {project, {}}});
        RC_ASSERT(ids_of(details.stages) == children(model.stages, project));
        RC_ASSERT(ids_of(details.versions) == children(model.versions, project));
        check_rights(project, details.permissions);
        check_names(project, details.project.aliases);
    }
    void check_stage(std::uint64_t project, std::uint64_t stage) {
        const auto details = shop.done(GetStageDetails{{}, {project, {}}, {stage, {}}});
        check_rights(stage, details.permissions);
        check_names(stage, details.stage.aliases);
        std::map<std::uint64_t, Model::Deployment> seen;
        for (const DeploymentView& view : details.deployments)
            seen[view.id.value] = {
                view.stage.value, view.version.value, view.status == DeploymentStatus::open};
        auto expected = model.deployments;
        std::erase_if(expected, [&](const auto& each) { return each.second.stage != stage; });
        RC_ASSERT(seen == expected);

        const auto resolved = shop.ask(ResolveStage{{project, {}}, {stage, {}}});
        const auto open = model.open_deployment(stage);
        RC_ASSERT(resolved.has_value() == open.has_value());
        if (open) RC_ASSERT(resolved->deployment.value == *open);
    }
    void check_version(std::uint64_t version) {
        const auto details = shop.done(GetVersionDetails{{}, VersionId{version}});
        std::set<std::pair<std::uint64_t, int>> seen;
        for (const ImageView& view : details.images)
            seen.insert({version, static_cast<int>(view.qualifier)});
        auto expected = model.images;
        std::erase_if(expected, [&](const auto& each) { return each.first != version; });
        RC_ASSERT(seen == expected);
    }
    // Each deployment heard exactly what the model says, whatever the order within a cascade.
    void check_told() {
        std::multiset<std::uint64_t> deleted;
        for (const auto& [to, message] : shop.rules.take_addressed<lobby::DeleteDeployment>())
            deleted.insert(to.a);
        RC_ASSERT(deleted == std::multiset<std::uint64_t>(model.deleted_deployments.begin(),
                                                          model.deleted_deployments.end()));
        model.deleted_deployments.clear();
        std::vector<std::uint64_t> told_to_close;
        for (const auto& [to, message] : shop.rules.take_addressed<lobby::CloseDeployment>())
            told_to_close.push_back(to.a);
        RC_ASSERT(told_to_close == closed);
        closed.clear();
    }

    Shop shop;
    Model model;
    std::vector<UserId> callers;
    std::vector<std::uint64_t> projects;  // all that ever were, so that some are gone
    std::vector<std::uint64_t> stages;
    std::vector<std::uint64_t> versions;
    std::vector<std::uint64_t> deployments;
    std::vector<std::uint64_t> closed;
    Step choices{};
    UserId caller;
};

TEST(TenantModel, AgreesOnEveryHistory) {
    EXPECT_TRUE(rc::check("a tenant does what the plain model does", [] {
        // Bytes over their whole range from the first history on, and longer histories than usual.
        const auto step = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<Step>());
        const auto steps = *rc::gen::resize(150, rc::gen::container<std::vector<Step>>(step));
        History history;
        for (const Step& each : steps) {
            history.play(each);
            history.check_all();
        }
    }));
}

}  // namespace
}  // namespace playback::catalog
