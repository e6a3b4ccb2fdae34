// Scenario: what all scenarios of omgservers.md section 9 share: an installation with a real Docker
// daemon, a real registry and a real node, and for each scenario a tenant of its own, whose game is
// what tests/support/scripted_runtime plays.
//
// Each runs in three ways: the first generation, the second over HTTP, and the second over the
// connector's socket. Intervals of inactivity are short. Without Docker they are skipped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/acceptance/player.h"
#include "tests/node/program.h"
#include "tests/support/docker.h"
#include "tests/support/registry.h"

namespace playback::acceptance {

// Started by the first scenario, and ended with the program.
class Installation {
public:
    Installation();

    // EXPECTs a 200 and gives the body.
    Json call(const std::string& role,
              const std::string& method,
              const Json& body,
              std::string_view token = {}) const;
    // A call of support, who is logged in.
    Json support(const std::string& method, const Json& body) const;
    // The ids of running containers of a tenant.
    [[nodiscard]] std::vector<std::string> containers_of(const std::string& tenant) const;
    // The local image of a way's runtime.
    static std::string runtime_image(Way way);

    testing::Directory directory;
    testing::PrivateDocker docker;
    testing::PrivateRegistry registry;
    std::unique_ptr<testing::Program> node;
    std::string address;  // of the node
    std::string support_token;
    std::string developer;  // user id; one for all tenants
    std::string developer_password;
    std::string developer_token;
    std::string problem;  // why it does not run

private:
    std::string write_file(const std::string& name, const std::string& text) const;
    void start_node();
    void log_in();
};

Json item(const char* qualifier, const Json& body);
// A mode with one group, "blue".
Json mode(const char* name, int min, int max);

class Scenario : public ::testing::TestWithParam<Way> {
protected:
    void SetUp() override;
    void TearDown() override;

    // A version with these modes and rules (see scripted_runtime), its image, and a deployment.
    class Game {
    public:
        Game();  // one mode, "arcade", and no rules
        ~Game();
        [[nodiscard]] Json& modes() const;
        [[nodiscard]] Json& rules() const;
        // The deployment's config; of the second generation only.
        [[nodiscard]] Json& deployment() const;
        bool real_time = false;

    private:
        std::unique_ptr<Json> parts_;
    };
    void deploy(const Game& game);
    void deploy() { deploy(Game()); }
    // Its parts.
    std::string make_version(const Game& game);
    void name_image(const std::string& version);
    [[nodiscard]] std::string image_of(const std::string& version) const;
    // The id of the deployment.
    std::string deploy_version(const std::string& version, const Json& its_config);
    std::string deploy_version(const std::string& version);
    Json images_of(const std::string& version) const;
    Json developer(const std::string& method, const Json& more) const;

    // A new player with a client, polled by `until`. `enter` waits for its lobby.
    Player& join();
    Player& enter();
    std::vector<Player*> enter(int number);
    // A second client of the same user.
    Player& join_again(const Player& player);
    // Polls all players until this is true; a failure if that takes too long.
    bool until(const char* what, const std::function<bool()>& condition);
    // The runtime that the player is with does this.
    static void tell(Player& player, const Json& items);
    static void seek_match(Player& player, const char* its_mode);
    bool until_in_match(const std::vector<Player*>& players);

    // What Docker says of the tenant's running containers of this qualifier.
    [[nodiscard]] Json inspect(const char* qualifier) const;

    [[nodiscard]] static Way way() { return GetParam(); }
    [[nodiscard]] static bool is_old() { return way() == Way::p1; }
    static Installation& at();

    std::string tenant;
    std::string project;
    std::string stage;
    std::string config;  // of the version, as JSON
    std::vector<std::unique_ptr<Player>> players;

private:
    void grant(const char* what, const Json& permissions) const;
};

}  // namespace playback::acceptance
