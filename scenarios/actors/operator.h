// Operator: somebody who minds the container hosts while the game is played. Adds them, drains and
// resumes them, takes them out again; the plan gives the orders.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/wait.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/observer.h"

namespace playback::scenarios {

struct OperatorOptions {
    std::uint32_t number = 0;
    io::Endpoint target;
    std::string admin_user = "admin";
    std::string admin_password;
    std::vector<std::string> hosts;  // by number: the addresses of their daemons
    Duration patience = seconds(5);  // for one call
};

class Operator {
public:
    struct Order {
        HostDeed deed = HostDeed::add;
        std::size_t host = 0;
        bool force = false;
        bool is_last = false;  // forget all other orders, and give this one again and again
    };

    Operator(const io::Io& io, OperatorOptions options, Observer& observer);

    // Does what it is told, in that order, until `stop`.
    io::Task<void> work();
    void order(Order order);
    void stop();

private:
    io::Task<void> obey(Order order);
    // The id of this host as the node knows it; 0 if it does not, or nobody answered.
    io::Task<std::uint64_t> find(std::size_t host);
    io::Task<bool> log_in();
    io::Task<Result<HttpAnswer>> call(std::string_view method, std::string body);

    io::Io io_;
    OperatorOptions options_;
    Observer& observer_;
    HttpClient http_;
    io::Signal signal_;
    std::deque<Order> orders_;
    std::string token_;
    Instant token_at_;
    bool is_stopped_ = false;
};

}  // namespace playback::scenarios
