// Clerk: somebody at the support desk. Hires developers, names them (aliases), tries their names,
// dismisses them. The plan gives the orders; several clerks want the same few names.
#pragma once

#include <cstdint>
#include <deque>
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
    Duration patience = seconds(5);  // for one call
};

class Clerk {
public:
    enum class Task : std::uint8_t { hire, name, visit, dismiss };

    Clerk(const io::Io& io, ClerkOptions options, Observer& observer);

    // Does what it is told, in that order, until `stop`.
    io::Task<void> work();
    void order(Task task, std::string name);
    void stop();

private:
    struct Order {
        Task task = Task::hire;
        std::string name;
    };

    io::Task<void> obey(Order order);
    io::Task<void> hire();
    io::Task<void> give_name(std::string name);
    io::Task<void> visit(std::string name);
    io::Task<void> dismiss();
    io::Task<bool> log_in();
    io::Task<Result<HttpAnswer>> call(std::string_view role,
                                      std::string_view method,
                                      std::string body);

    io::Io io_;
    ClerkOptions options_;
    Observer& observer_;
    HttpClient http_;
    io::Signal signal_;
    std::deque<Order> orders_;
    std::string token_;
    Instant token_at_;
    std::uint64_t developer_ = 0;  // hired last
    std::string password_;
    std::set<std::string> names_;           // that this one was to get
    std::vector<Instant> lost_dismissals_;  // of this one: whether they happen nobody knows
    bool is_stopped_ = false;
};

}  // namespace playback::scenarios
