// Clerk: somebody at the support desk. Hires developers, names them (aliases), tries their names,
// dismisses them; and deploys, as a developer of the game, to a stage that no player knows, or
// rolls new versions out to the one on which they play. The plan gives the orders; several clerks
// want the same few names and the same stages.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/wait.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/observer.h"

namespace playback::scenarios {

struct ClerkOptions {
    std::uint32_t number = 0;
    io::Endpoint target;
    std::string support_user = "support";
    std::string support_password;
    std::string developer;  // of the game; the stage is by id, the rest by alias
    std::string developer_password;
    std::string tenant;
    std::string project;
    std::string stage;  // empty: orders to deploy find nothing to do
    std::string version;
    // What is rolled out to the players: a version with this config (JSON) and image, deployed with
    // that config.
    std::string play_stage;
    std::string image;
    std::string version_config;
    std::string deployment_config;
    // The nth newest deployment that any clerk opened, by its id; 0 if there is none.
    std::function<std::uint64_t(std::uint64_t nth)> deployment;
    Duration patience = seconds(5);  // for one call
};

class Clerk {
public:
    enum class Task : std::uint8_t {
        hire,
        name,
        visit,
        dismiss,
        deploy,
        inspect,
        withdraw,
        publish,    // a new version, to the players
        roll_back,  // the same with an old one
    };

    Clerk(const io::Io& io, ClerkOptions options, Observer& observer);

    // Does what it is told, in that order, until `stop`.
    io::Task<void> work();
    // `nth`: the deployment to inspect or to withdraw, or the version to go back to; 0 the newest.
    void order(Task task, std::string name, std::uint64_t nth = 0);
    void stop();

private:
    struct Order {
        Task task = Task::hire;
        std::string name;
        std::uint64_t nth = 0;
    };
    // A way in, and its token.
    struct Login {
        std::string role;
        std::string user;
        std::string password;
        std::string token;
        Instant token_at;
    };

    io::Task<void> obey(Order order);
    io::Task<void> hire();
    io::Task<void> give_name(std::string name);
    io::Task<void> visit(std::string name);
    io::Task<void> dismiss();
    io::Task<void> deploy();
    io::Task<void> inspect(std::uint64_t deployment);
    io::Task<void> withdraw(std::uint64_t deployment);
    io::Task<void> publish();
    io::Task<void> roll_back(std::uint64_t nth);
    io::Task<void> roll_out(std::uint64_t version);
    io::Task<bool> log_in(Login& login);
    // With the token of `login`; null: anonymous, as `role`.
    io::Task<Result<HttpAnswer>> call(Login* login,
                                      std::string_view role,
                                      std::string_view method,
                                      std::string body);

    io::Io io_;
    ClerkOptions options_;
    Observer& observer_;
    HttpClient http_;
    io::Signal signal_;
    std::deque<Order> orders_;
    Login support_;
    Login studio_;
    std::uint64_t developer_ = 0;  // hired last
    std::string password_;
    std::set<std::string> names_;           // that this one was to get
    std::vector<Instant> lost_dismissals_;  // of this one: whether they happen nobody knows
    std::vector<std::uint64_t> versions_;   // with their image, oldest first
    bool is_stopped_ = false;
};

}  // namespace playback::scenarios
