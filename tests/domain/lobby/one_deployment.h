// OneDeployment: a deployment alone in a small world; what it sends is collected. The test plays
// the clients' mailboxes and the runtimes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/domain/lobby/deployment.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "tests/support/rules.h"

namespace playback::lobby {

struct OneDeployment {
    explicit OneDeployment(DeploymentConfig config = {}) {
        rules.add<Deployment>(settings);
        id = rules.next<DeploymentId>();
        OpenDeployment open;
        open.tenant = TenantId{1};
        open.project = ProjectId{2};
        open.stage = StageId{3};
        open.version = VersionId{4};
        open.version_config = JsonText::trusted(R"({"modes":[]})");
        open.config = std::move(config);
        open.modes = {{"duel", 2, 2, {{"red", 1, 1}, {"blue", 1, 1}}, 1, {}, {}},
                      {"team", 1, 4, {{"all", 1, 4}}, 2, {}, {}},
                      {"brief", 2, 2, {{"all", 2, 2}}, 1, {}, {}, 3}};
        open.images = {{ImageQualifier::match, "a/b:match"}, {ImageQualifier::lobby, "a/b:lobby"}};
        rules.tell(address_of(id), open);
    }

    template <class M>
    void tell(M message) {
        rules.tell(address_of(id), std::move(message));
    }
    template <class C>
    Result<typename C::Reply> ask(C command) {
        return rules.ask(address_of(id), std::move(command));
    }
    DeploymentDetails details() { return ask(GetDeployment{}).value(); }

    // A client whose mailbox has opened.
    ClientId join() {
        const Result<ClientCreated> created = ask(CreateClient{UserId{9}, StageId{3}});
        tell(ClientOpened{created.value().client});
        return created->client;
    }
    // The runtimes that were asked for since the last call.
    std::vector<RuntimeId> opened() {
        std::vector<RuntimeId> result;
        for (const auto& [to, message] : rules.take_addressed<mailbox::OpenRuntime>())
            result.push_back(RuntimeId{to.a});
        return result;
    }
    RuntimeId ready_lobby() {
        const std::vector<RuntimeId> runtimes = opened();
        CHECK(runtimes.size() == 1);
        tell(RuntimeReady{runtimes[0]});
        return runtimes[0];
    }
    std::vector<Introduce> introduced() { return rules.take<Introduce>(); }

    DomainSettings settings;
    tests::Rules rules;
    DeploymentId id;
};

}  // namespace playback::lobby
