// OneRuntime: a runtime alone in a small world; what it sends is collected.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/domain/mailbox/runtime.h"
#include "tests/support/rules.h"

namespace playback::mailbox {

inline JsonText text(const std::string& word) {
    return JsonText::trusted("\"" + word + "\"");
}

struct OneRuntime {
    class Ids final : public kernel::IdSource {
    public:
        std::uint64_t next_id() override { return make_id(next_++, 3); }

    private:
        std::uint64_t next_ = 1U << 30U;
    };

    explicit OneRuntime(lobby::RuntimeQualifier qualifier = lobby::RuntimeQualifier::lobby) {
        rules.add<Runtime>(settings);
        id = rules.next<RuntimeId>();
        OpenRuntime open;
        open.deployment = DeploymentId{2};
        open.place.qualifier = qualifier;
        open.place.lobby = LobbyId{id.value};
        open.version = VersionId{4};
        open.version_config = JsonText::trusted(R"({"modes":[]})");
        open.image = "acme/game:1";
        open.memory_limit = 64;
        rules.tell(address_of(id), open);
    }

    void assign(ClientId client, std::uint64_t number) {
        lobby::AssignClient assign;
        assign.user = UserId{1000 + client.value};
        assign.stage = StageId{6};
        assign.client = client;
        assign.deployment = DeploymentId{2};
        assign.assignment = number;
        assign.profile = JsonText::trusted(R"({"level":1})");
        rules.tell(address_of(id), assign);
    }
    Result<RuntimeExchanged> say(std::vector<RuntimeOutgoing> outgoing) {
        RuntimeInterchange call;
        call.outgoing = std::move(outgoing);
        return rules.ask(address_of(id), call);
    }
    std::vector<RuntimeMail> incoming() {
        return rules.ask(address_of(id), RuntimeInterchange{}).value().incoming;
    }
    void consume_all() {
        for (std::vector<RuntimeMail> mails = incoming(); !mails.empty(); mails = incoming()) {
            RuntimeInterchange call;
            for (const RuntimeMail& mail : mails)
                if (call.consumed.size() < limits::interchange_items_max)
                    call.consumed.push_back(mail.id);
            (void)rules.ask(address_of(id), call);
        }
    }
    // Lets time pass without a call.
    void wait(Duration by) {
        rules.check_reloads(false);  // activity is not stored
        rules.advance(by);
        rules.check_reloads(checks_reloads);
    }

    DomainSettings settings;
    tests::Rules rules;
    RuntimeId id;
    bool checks_reloads = true;
};

}  // namespace playback::mailbox
