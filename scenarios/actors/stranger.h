// Stranger: somebody out there who does not behave: sends slowly, too much, nonsense or lies.
//
// It does one kind of mischief at a time per call of `start`, until `stop`, and counts what came of
// it under the names of the probes in the fault catalogue (group "client" and some of "load"). What
// must not succeed and does, it tells the observer. It is nobody's client: the judge owes it
// nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/observer.h"
#include "sim/plan.h"

namespace playback::scenarios {

struct StrangerOptions {
    io::Endpoint target;
    std::string tenant;  // ids or aliases
    std::string project;
    std::string stage;
    Duration patience = seconds(5);
    // Clients of others, to lie about.
    std::function<std::vector<std::uint64_t>()> victims;
};

class Stranger {
public:
    using Counts = std::map<std::string, std::uint64_t, std::less<>>;

    // `counts` outlives it.
    Stranger(const io::Io& io,
             StrangerOptions options,
             Random random,
             Observer& observer,
             Counts& counts);

    // False if it does not know that kind.
    bool start(std::string_view kind, const sim::PlanArgs& args);
    // Everything ends soon; what it has open it closes.
    void stop();

private:
    struct Mischief {
        Duration pause;
        std::size_t connections = 1;
        std::size_t depth = 1;
    };
    using Act = io::Task<void> (Stranger::*)(Mischief);

    struct Account {
        std::uint64_t user = 0;
        std::uint64_t client = 0;
        std::string token;
    };

    io::Task<void> loris(Mischief how);
    io::Task<void> never_read(Mischief how);
    io::Task<void> abandon(Mischief how);
    io::Task<void> pipeline(Mischief how);
    io::Task<void> garbage(Mischief how);
    io::Task<void> malformed(Mischief how);
    io::Task<void> oversized(Mischief how);
    io::Task<void> forge(Mischief how);
    io::Task<void> lie_about_ids(Mischief how);
    io::Task<void> lie_about_sequence(Mischief how);
    io::Task<void> replay(Mischief how);
    io::Task<void> idle(Mischief how);
    io::Task<void> churn(Mischief how);
    io::Task<void> try_passwords(Mischief how);

    io::Task<std::unique_ptr<io::Stream>> connect();
    // Sends these bytes on a connection of their own; the status of the answer, 0 if none came.
    io::Task<int> send_raw(std::string bytes);
    io::Task<int> call(std::string_view role,
                       std::string_view method,
                       std::string body,
                       std::string token);
    io::Task<bool> sign_up();
    io::Task<void> pause(Duration time);
    void count(std::string_view what) { ++counts_[std::string(what)]; }
    [[nodiscard]] std::string request(std::string_view path, std::string_view body) const;
    [[nodiscard]] std::string noise(std::size_t bytes);

    io::Io io_;
    StrangerOptions options_;
    Random random_;
    Observer& observer_;
    Counts& counts_;
    Account account_;
    std::uint64_t open_ = 0;
    bool is_over_ = false;
    io::TaskGroup tasks_;
};

}  // namespace playback::scenarios
