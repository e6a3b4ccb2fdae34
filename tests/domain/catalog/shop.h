// Shop: one tenant in a small world, with short ways to say what a test needs.
//
// Users, root aliases and the tenant are real; deployments are not there, so what the tenant sends
// to them is collected.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/domain/accounts/user.h"
#include "engine/domain/catalog/root_alias.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/support/rules.h"

namespace playback::catalog {

struct Shop {
    Shop() {
        rules.add<accounts::User>();
        rules.add<RootAlias>();
        rules.add<Tenant>();
        tenant = rules.next<TenantId>();
        CHECK(ask(CreateTenant{}).has_value());
    }

    template <class C>
    Result<typename C::Reply> ask(C command) {
        return rules.ask(address_of(tenant), std::move(command));
    }
    // For what must succeed.
    template <class C>
    typename C::Reply done(C command) {
        Result<typename C::Reply> reply = ask(std::move(command));
        if (!reply) throw std::runtime_error("refused: " + reply.error().detail);
        return *std::move(reply);
    }

    UserId developer() {
        const auto id = rules.next<UserId>();
        const accounts::CreateUser create{accounts::Role::developer, "hash"};
        CHECK(rules.ask(address_of(id), create).has_value());
        return id;
    }
    Result<RootAliasCreated> name(const std::string& text,
                                  AliasQualifier qualifier,
                                  std::uint64_t entity) {
        return rules.ask(root_alias_address(text), CreateRootAlias{text, qualifier, entity});
    }
    Result<RootAliasResolved> resolve(const std::string& text, AliasQualifier qualifier) {
        return rules.ask(root_alias_address(text), ResolveRootAlias{text, qualifier});
    }

    ProjectCreated project() { return done(CreateProject{}); }
    VersionId version(ProjectId of, const std::string& config = R"({"modes":[]})") {
        return done(CreateVersion{{}, by_id(of), {{}, JsonText::trusted(config)}}).version;
    }
    bool image(ProjectId project,
               VersionId version,
               lobby::ImageQualifier qualifier = lobby::ImageQualifier::universal) {
        return done(CreateImage{{}, by_id(project), version, qualifier, "t/p:1", "t", "p"}).created;
    }
    DeploymentId deployment(ProjectId project, StageId stage, VersionId version) {
        return done(CreateDeployment{{}, by_id(project), by_id(stage), version, {}}).deployment;
    }

    template <class AnyId>
    static Ref by_id(AnyId id) {
        return {id.value, {}};
    }
    static Ref by_name(std::string text) { return {0, std::move(text)}; }

    [[nodiscard]] std::size_t row_count() const { return rules.rows_of(address_of(tenant)).size(); }

    tests::Rules rules;
    TenantId tenant;
};

}  // namespace playback::catalog
