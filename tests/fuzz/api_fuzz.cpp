// Fuzz target: whatever bytes come in on a connection, the node answers in HTTP or closes, and
// lives.
//
// A whole node in memory: server, api, kernel and rules. The first byte is the size of the pieces
// in which the server reads; the rest is what the peer sends, where the words @player@, @client@,
// @runtime@, @developer@, @support@ and @admin@ stand for good tokens and ids, so that inputs get
// past the door.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/kernel/kernel.h"
#include "engine/node.h"
#include "engine/wire/http1_client.h"
#include "engine/wire/json_reader.h"
#include "tests/services/fake_world.h"

namespace playback {
namespace {

std::string member(std::string_view json, std::string_view wanted) {
    std::string value;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == wanted) value = in.string_or_number();
    });
    return value;
}

class Target {
public:
    Target() {
        NodeConfig config;
        config.slots = 2;
        config.admin.password = "admin";
        config.support.password = "support";
        config.service.password = "service";
        config.connector.password = "connector";
        config.anonymous.per_minute = 0;
        config.registry_events_anonymous = true;
        node_ = std::make_unique<Node>(world_.io, config);
        const auto started = world_.wait(node_->start());
        CHECK(started && *started);
        make_game();
    }
    ~Target() { world_.loop.stop(); }

    // Sends `bytes` in pieces and checks that all that comes back is HTTP.
    std::string exchange(std::string_view bytes, std::size_t piece) {
        auto wire = world_.network.call("127.0.0.1:8080", "127.0.0.1");
        wire->read_max = piece;
        wire->to_server = bytes;
        wire->client_done = true;
        world_.run();
        for (int i = 0; i < 4 && !wire->closed; ++i) world_.advance(seconds(61));
        CHECK(wire->closed);
        return wire->from_server;
    }

    std::string filled_in(std::string_view input) const {
        std::string text(input);
        for (const auto& [word, value] : words_)
            for (std::size_t at = text.find(word); at != std::string::npos;
                 at = text.find(word, at + value.size()))
                text.replace(at, word.size(), value);
        return text;
    }

    [[nodiscard]] bool gone_wrong() const { return !world_.process.reason.empty(); }

private:
    std::string call(std::string_view path, std::string_view body, std::string_view token) {
        std::string request = "POST /service/v1/entrypoint/";
        request.append(path).append(" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n");
        if (!token.empty()) request.append("Authorization: Bearer ").append(token).append("\r\n");
        request.append("Content-Length: ").append(std::to_string(body.size()));
        request.append("\r\nConnection: close\r\n\r\n").append(body);
        const std::string answer = exchange(request, SIZE_MAX);
        CHECK(answer.starts_with("HTTP/1.1 200"));
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }
    std::string log_in(std::string_view role,
                       const std::string& user,
                       const std::string& password) {
        std::string body = "{\"user\":\"" + user + "\",\"password\":\"" + password + "\"}";
        if (role == "player") body.replace(2, 4, "user_id");
        return member(call(std::string(role) + "/request/create-token", body, ""), "raw_token");
    }
    void make_game() {
        const std::string support = log_in("support", "support", "support");
        const std::string tenant =
            member(call("support/request/create-tenant", "{}", support), "id");
        const std::string project =
            call("support/request/create-project", "{\"tenant\":\"" + tenant + "\"}", support);
        const std::string made = call("support/request/create-developer", "{}", support);
        const std::string developer = member(made, "user_id");
        const std::string scope =
            "{\"tenant\":\"" + tenant + "\",\"project\":\"" + member(project, "project_id") + "\"";
        const std::string stage = ",\"stage\":\"" + member(project, "stage_id") + "\"";
        const std::string who = ",\"user\":\"" + developer + "\",\"permissions_to_create\":";
        call("support/request/create-project-permissions",
             scope + who + R"(["VERSION_MANAGER","PROJECT_VIEWER","STAGE_MANAGER"]})",
             support);
        call("support/request/create-stage-permissions",
             scope + stage + who + R"(["DEPLOYMENT_MANAGER"]})",
             support);
        const std::string token = log_in("developer", developer, member(made, "password"));
        const std::string version =
            member(call("developer/request/create-version", scope + R"(,"config":{}})", token),
                   "version_id");
        call("developer/request/create-image",
             scope + ",\"version\":\"" + version + R"(","qualifier":"UNIVERSAL","image":")" +
                 tenant + "/" + member(project, "project_id") + ":1\"}",
             token);
        const std::string deployment = member(call("developer/request/create-deployment",
                                                   scope + stage + ",\"version_id\":\"" + version +
                                                       R"(","config":{"min_lobbies":1}})",
                                                   token),
                                              "deployment_id");
        words_ = {{"@admin@", log_in("admin", "admin", "admin")},
                  {"@support@", support},
                  {"@developer@", token},
                  {"@tenant@", tenant},
                  {"@version@", version},
                  {"@deployment@", deployment}};
        join(scope + stage + "}", deployment);
    }
    void join(const std::string& target, const std::string& deployment) {
        const std::string made = call("player/request/create-user", "{}", "");
        const std::string player =
            log_in("player", member(made, "user_id"), member(made, "password"));
        words_.emplace_back("@player@", player);
        words_.emplace_back(
            "@client@", member(call("player/request/create-client", target, player), "client_id"));
        const DeploymentId id{std::stoull(deployment)};
        const auto details =
            world_.wait(node_->kernel().submit(address_of(id), lobby::GetDeployment{}));
        const RuntimeId runtime = (*details)->lobbies.front().runtime;
        (void)world_.wait(
            node_->kernel().submit(address_of(runtime), mailbox::SetCredentials{"hash:runtime"}));
        const std::string body =
            "{\"runtime_id\":" + std::to_string(runtime.value) + ",\"password\":\"runtime\"}";
        words_.emplace_back("@runtime@",
                            member(call("runtime/request/create-token", body, ""), "api_token"));
    }

    tests::FakeWorld world_;
    std::unique_ptr<Node> node_;
    std::vector<std::pair<std::string, std::string>> words_;
};

// The statuses that a client may ever see. 500 is not one of them: nothing fails here.
bool is_expected(int status) {
    constexpr std::array expected = {
        100, 200, 400, 401, 403, 404, 405, 409, 413, 414, 417, 431, 501, 503, 505};
    for (const int one : expected)
        if (one == status) return true;
    return false;
}

void check_answers(std::string_view bytes) {
    while (!bytes.empty()) {
        CHECK(bytes.starts_with("HTTP/1.1 "));
        const int status = std::stoi(std::string(bytes.substr(9, 3)));
        CHECK(is_expected(status));
        const std::size_t end = bytes.find("\r\n\r\n");
        CHECK(end != std::string_view::npos);
        const std::size_t at = bytes.substr(0, end + 2).find("Content-Length: ");
        std::size_t length = 0;
        if (at != std::string_view::npos)
            length = std::stoul(std::string(bytes.substr(at + 16, 10)));
        bytes.remove_prefix(end + 4);
        // The answer to HEAD has a length and no body.
        if (length > bytes.size() || bytes.starts_with("HTTP/1.1 ")) length = 0;
        bytes.remove_prefix(length);
    }
}

}  // namespace
}  // namespace playback

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using playback::Target;
    constexpr int inputs_per_node = 512;
    // One node answers many inputs, so that state builds up, but not without end.
    static std::unique_ptr<Target> target;
    static int answered = 0;
    if (size == 0) return 0;
    if (!target || ++answered % inputs_per_node == 0) {
        target.reset();
        target = std::make_unique<Target>();
    }
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] == 0 ? SIZE_MAX : data[0];
    playback::check_answers(target->exchange(target->filled_in(input), piece));
    CHECK(!target->gone_wrong());
    return 0;
}
