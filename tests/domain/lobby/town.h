// Town: players, runtimes, a container host and a deployment with all the real machines, played by
// random events. Messages between machines are delivered late, in any order that keeps each pair
// of sender and receiver in order; machines are reloaded from their rows at any moment.
//
// What is promised is written down when it is promised, and compared when the town has calmed down.
// A broken promise is thrown, for RapidCheck to shrink.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/domain/accounts/player.h"
#include "engine/domain/hosting/pool.h"
#include "engine/domain/lobby/deployment.h"
#include "engine/domain/mailbox/client.h"
#include "engine/domain/mailbox/runtime.h"
#include "tests/support/rules.h"

namespace playback::lobby {

class Town {
public:
    explicit Town(std::uint16_t shape);

    void act(std::uint32_t step);
    // At most one runtime has a client; no runtime and no host has more than it may.
    void check_always();

    // Faults stop: containers start and runtimes and players call every second, for 45 seconds.
    void calm_down();
    // Everybody sits, everything promised has arrived, containers are those of open runtimes.
    void check_calm();

    // The deployment is deleted, and time passes.
    void tear_down();
    void check_nothing_left();

private:
    struct Guest {
        UserId user;
        ClientId client;
        bool kicked = false;
        bool silent = false;  // never calls again
        bool over = false;    // has read that it is deleted, or was purged
        RuntimeId runtime;    // as it was last told
        std::uint64_t said = 0;
        std::uint64_t told = 0;  // how often it was assigned
        std::set<MessageId> seen;
        std::set<MessageId> unconsumed;
        std::set<std::string> heard;
        std::map<RuntimeId, std::uint64_t> last_heard;
    };
    struct Server {
        RuntimeId runtime;
        bool has_container = false;
        bool has_token = false;
        bool hangs = false;
        bool is_match = false;
        std::uint64_t said = 0;
        std::set<ClientId> seated;
        std::set<MessageId> seen;
        std::set<MessageId> unconsumed;
        std::set<std::pair<ClientId, std::uint64_t>> heard;
        std::map<ClientId, std::uint64_t> last_heard;
    };
    struct Promise {  // an acknowledged message of a client
        ClientId client;
        RuntimeId runtime;  // none: it moved, and whatever comes next is to hear it
        std::uint64_t number;
    };

    void rest(int rounds);
    void join();
    void call(Guest& guest, std::uint32_t chance);
    void read(Guest& guest, const mailbox::ClientMail& mail);
    void serve(Server& server, std::uint32_t chance);
    void read(Server& server, const mailbox::RuntimeMail& mail);
    mailbox::RuntimeOutgoing word_of(Server& server, ClientId client, std::uint32_t chance);
    [[nodiscard]] std::size_t seats_in(const Server& server) const;
    void promise(Server& server, const std::vector<mailbox::RuntimeOutgoing>& said);
    void supervise(std::uint32_t chance);
    void start(const hosting::WantedContainer& wanted, std::uint32_t chance);
    void crash(std::uint32_t chance);
    void deliver(std::uint32_t count, std::uint32_t chance);
    void pass(Duration time);
    Server& server_of(RuntimeId runtime);
    [[nodiscard]] bool is_open(RuntimeId runtime) const;
    [[nodiscard]] bool is_kept(const Promise& promise);
    // Where what it says goes now, whatever it has been told.
    [[nodiscard]] RuntimeId runtime_of(ClientId client) const;
    [[nodiscard]] std::set<ClientId> seats_of(RuntimeId runtime) const;
    void expect(bool holds, const std::string& what) const;

    DomainSettings settings_;
    tests::Rules rules_;
    DeploymentId deployment_;
    HostId host_;
    std::uint32_t max_assignments_ = 1;
    bool checks_reloads_ = true;  // costly: every second town
    std::vector<Guest> guests_;
    std::vector<Server> servers_;
    std::vector<Promise> to_runtimes_;
    std::vector<std::pair<ClientId, std::string>> to_clients_;
};

}  // namespace playback::lobby
