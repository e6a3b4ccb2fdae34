// Fabric: the network between machines: links, listeners, connections, and who is where.
//
// Addresses and machine names lead to machines; "127.0.0.1", "localhost", "::1" and a machine's own
// names lead home. Ports and unix paths belong to machines, so containers on the host network meet
// the host's services. Faults act on pairs of machines. The Fabric owns links and connections.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "sim/connection.h"
#include "sim/link.h"
#include "sim/machine.h"

namespace playback::sim {

class SimListener;
class World;

class Fabric {
public:
    explicit Fabric(World& world);
    Fabric(const Fabric&) = delete;
    Fabric& operator=(const Fabric&) = delete;
    ~Fabric();

    [[nodiscard]] World& world() const { return world_; }
    [[nodiscard]] const NetworkKnobs& knobs() const;

    // --- addresses ---
    void add_address(Machine& machine, std::string address);
    // The machine that `host` means for `from`; nullptr if there is none.
    [[nodiscard]] Machine* resolve(Machine& from, std::string_view host) const;
    [[nodiscard]] static bool is_loopback(std::string_view host);
    // Numeric, so that nobody has to be asked for it.
    [[nodiscard]] static bool is_address(std::string_view host);

    Link& link(const Machine& from, const Machine& to);
    // A stream for the next connection from `address`: dropping one caller leaves the others alone.
    Random connection_random(std::string_view address);

    // --- listeners, by machine and "port" or path ---
    SimListener* listener(const Machine& machine, std::uint16_t port, std::string_view path) const;
    bool add_listener(SimListener& listener);
    void remove_listener(SimListener& listener);
    // The next accepts of the machine's listeners fail; returns how many listeners it has.
    std::size_t fail_accepts(const Machine& machine, int count);
    // Who waits to accept on the machine looks again.
    void wake_listeners(const Machine& machine);

    // `act` is called when the node is about to write to a connection for the nth time from now.
    void interrupt_send(std::uint64_t node, std::uint64_t nth, std::function<void()> act);
    void before_send(std::uint64_t node) {
        if (!interrupts_.empty()) count_send(node);
    }

    // --- connections ---
    Connection& open(ConnectionParts parts);
    void forget(Connection& connection);
    [[nodiscard]] std::uint64_t next_connection_id() { return ++last_connection_id_; }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    // --- what happens to them ---
    // The process is gone; its peers are reset, or hear nothing more.
    void node_gone(std::uint64_t node, bool silently);
    // Connections that came from this address go silent, both ways.
    void silence_from(std::string_view address);
    // Something works again that had held bytes back.
    void wake_all();
    // Calls `act` for every connection between the two machines, in order of their opening.
    void for_each_between(const Machine& a,
                          const Machine& b,
                          const std::function<void(Connection&)>& act);

private:
    struct Interrupt {
        std::uint64_t node = 0;
        std::uint64_t left = 0;
        std::function<void()> act;
    };
    void count_send(std::uint64_t node);

    using ListenerKey = std::pair<std::uint64_t, std::pair<std::uint16_t, std::string>>;

    World& world_;
    std::map<std::string, Machine*, std::less<>> machines_by_address_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::unique_ptr<Link>> links_;
    std::map<std::string, std::uint64_t, std::less<>> calls_by_address_;
    std::map<ListenerKey, SimListener*> listeners_;
    std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
    std::vector<Interrupt> interrupts_;
    std::uint64_t last_connection_id_ = 0;
};

}  // namespace playback::sim
