// Model: what a tenant should be, said as plainly as possible, for comparison with the machine.
//
// Everything is one flat list; a cascade is "remove whatever mentions it". It knows no rows, no
// limits and no indexes, and shares nothing with the machine but the words of its inputs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"

namespace playback::catalog {

struct Model {
    struct Deployment {
        std::uint64_t stage = 0;
        std::uint64_t version = 0;
        bool open = false;
        friend bool operator==(const Deployment&, const Deployment&) = default;
    };

    // Scope (tenant, project or stage), user, permission.
    using Permission = std::tuple<std::uint64_t, std::uint64_t, int>;

    std::uint64_t tenant = 0;
    std::set<std::uint64_t> projects;
    std::map<std::uint64_t, std::uint64_t> stages;                         // -> project
    std::map<std::uint64_t, std::uint64_t> versions;                       // -> project
    std::set<std::pair<std::uint64_t, int>> images;                        // version, qualifier
    std::map<std::uint64_t, Deployment> deployments;                       // by id
    std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> names;  // scope, text -> entity
    std::set<Permission> permissions;
    std::vector<std::uint64_t> deleted_deployments;  // those that were told so

    [[nodiscard]] bool may(UserId caller, std::uint64_t scope, int permission) const {
        return !caller || permissions.contains({scope, caller.value, permission});
    }
    [[nodiscard]] std::optional<std::uint64_t> project_of(const Ref& ref) const {
        if (ref.id != 0) return projects.contains(ref.id) ? std::optional(ref.id) : std::nullopt;
        return named(tenant, ref.text);
    }
    [[nodiscard]] std::optional<std::uint64_t> stage_of(std::uint64_t project,
                                                        const Ref& ref) const {
        if (ref.id == 0) return named(project, ref.text);
        const auto it = stages.find(ref.id);
        if (it == stages.end() || it->second != project) return std::nullopt;
        return ref.id;
    }
    [[nodiscard]] std::optional<std::uint64_t> named(std::uint64_t scope,
                                                     const std::string& text) const {
        const auto it = names.find({scope, text});
        return it == names.end() ? std::nullopt : std::optional(it->second);
    }
    [[nodiscard]] std::optional<std::uint64_t> open_deployment(std::uint64_t stage) const {
        for (const auto& [id, deployment] : deployments)
            if (deployment.stage == stage && deployment.open) return id;
        return std::nullopt;
    }

    void remove_deployment(std::uint64_t id) {
        deployments.erase(id);
        deleted_deployments.push_back(id);
    }
    void remove_names_and_rights(std::uint64_t entity) {
        std::erase_if(names, [&](const auto& name) {
            return name.second == entity || name.first.first == entity;
        });
        std::erase_if(permissions,
                      [&](const Permission& each) { return std::get<0>(each) == entity; });
    }
    void remove_deployments_where(bool (*match)(const Deployment&, std::uint64_t),
                                  std::uint64_t value) {
        std::vector<std::uint64_t> gone;
        for (const auto& [id, deployment] : deployments)
            if (match(deployment, value)) gone.push_back(id);
        for (const std::uint64_t id : gone) remove_deployment(id);
    }
    void remove_stage(std::uint64_t stage) {
        remove_deployments_where([](const Deployment& d, std::uint64_t s) { return d.stage == s; },
                                 stage);
        remove_names_and_rights(stage);
        stages.erase(stage);
    }
    void remove_version(std::uint64_t version) {
        remove_deployments_where(
            [](const Deployment& d, std::uint64_t v) { return d.version == v; }, version);
        std::erase_if(images, [&](const auto& image) { return image.first == version; });
        versions.erase(version);
    }
    void remove_project(std::uint64_t project) {
        const auto children = [&](const std::map<std::uint64_t, std::uint64_t>& of) {
            std::vector<std::uint64_t> result;
            for (const auto& [child, parent] : of)
                if (parent == project) result.push_back(child);
            return result;
        };
        for (const std::uint64_t stage : children(stages)) remove_stage(stage);
        for (const std::uint64_t version : children(versions)) remove_version(version);
        remove_names_and_rights(project);
        projects.erase(project);
    }
};

}  // namespace playback::catalog
