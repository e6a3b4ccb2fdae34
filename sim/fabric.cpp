#include "sim/fabric.h"

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "sim/network.h"
#include "sim/world.h"

namespace playback::sim {

Fabric::Fabric(World& world) : world_(world) {
}

Fabric::~Fabric() = default;

const NetworkKnobs& Fabric::knobs() const {
    return world_.options().network;
}

void Fabric::add_address(Machine& machine, std::string address) {
    const auto [place, is_new] = machines_by_address_.try_emplace(address, &machine);
    CHECK(place->second == &machine);
    if (is_new && address != machine.name) machine.addresses.push_back(std::move(address));
}

bool Fabric::is_loopback(std::string_view host) {
    return host == "127.0.0.1" || host == "localhost" || host == "::1";
}

bool Fabric::is_address(std::string_view host) {
    return host.find_first_not_of("0123456789.") == std::string_view::npos || host.contains(':');
}

Machine* Fabric::resolve(Machine& from, std::string_view host) const {
    if (host.empty() || is_loopback(host) || host == "0.0.0.0" || host == "::") return &from;
    const auto found = machines_by_address_.find(host);
    return found == machines_by_address_.end() ? nullptr : found->second;
}

Link& Fabric::link(const Machine& from, const Machine& to) {
    std::unique_ptr<Link>& slot = links_[{from.id, to.id}];
    if (!slot) {
        Random random = world_.random("link", hash_bytes(from.name), hash_bytes(to.name));
        slot = std::make_unique<Link>(draw_link(random, &from == &to, knobs()));
    }
    return *slot;
}

Random Fabric::connection_random(std::string_view address) {
    auto place = calls_by_address_.find(address);
    if (place == calls_by_address_.end())
        place = calls_by_address_.emplace(std::string(address), 0).first;
    const std::uint64_t call = place->second++;
    return world_.random("connection", hash_bytes(address), call);
}

SimListener* Fabric::listener(const Machine& machine,
                              std::uint16_t port,
                              std::string_view path) const {
    const auto found = listeners_.find({machine.id, {port, std::string(path)}});
    return found == listeners_.end() ? nullptr : found->second;
}

bool Fabric::add_listener(SimListener& listener) {
    const io::Endpoint& at = listener.endpoint();
    return listeners_.try_emplace({listener.machine().id, {at.port, at.path}}, &listener).second;
}

void Fabric::remove_listener(SimListener& listener) {
    const io::Endpoint& at = listener.endpoint();
    const auto found = listeners_.find({listener.machine().id, {at.port, at.path}});
    if (found != listeners_.end() && found->second == &listener) listeners_.erase(found);
}

std::size_t Fabric::fail_accepts(const Machine& machine, int count) {
    std::size_t hit = 0;
    for (const auto& [key, listener] : listeners_) {
        if (key.first != machine.id) continue;
        listener->fail_accepts(count);
        ++hit;
    }
    return hit;
}

void Fabric::interrupt_send(std::uint64_t node, std::uint64_t nth, std::function<void()> act) {
    interrupts_.push_back({node, nth, std::move(act)});
}

void Fabric::count_send(std::uint64_t node) {
    std::vector<std::function<void()>> due;
    std::erase_if(interrupts_, [&](Interrupt& interrupt) {
        if (interrupt.node != node || --interrupt.left > 0) return false;
        due.push_back(std::move(interrupt.act));
        return true;
    });
    for (const std::function<void()>& act : due) act();
}

void Fabric::wake_listeners(const Machine& machine) {
    for (const auto& [key, listener] : listeners_)
        if (key.first == machine.id) listener->look_again();
}

Connection& Fabric::open(ConnectionParts parts) {
    const std::uint64_t id = parts.id;
    auto connection = std::make_unique<Connection>(*this, std::move(parts));
    Connection& result = *connection;
    connections_.emplace(id, std::move(connection));
    return result;
}

void Fabric::forget(Connection& connection) {
    // It may be on the stack: its last stream went inside one of its own events.
    auto held = connections_.extract(connection.id());
    CHECK(!held.empty());
    world_.after_step([doomed = std::move(held.mapped())] {});
}

void Fabric::node_gone(std::uint64_t node, bool silently) {
    for (const auto& [id, connection] : connections_)
        for (int side = 0; side < 2; ++side)
            if (connection->node(side) == node) connection->vanish(side, silently);
}

void Fabric::silence_from(std::string_view address) {
    for (const auto& [id, connection] : connections_)
        if (connection->parts().addresses[0] == address) connection->silence();
}

void Fabric::wake_all() {
    for (const auto& [id, connection] : connections_) connection->wake();
}

void Fabric::for_each_between(const Machine& a,
                              const Machine& b,
                              const std::function<void(Connection&)>& act) {
    for (const auto& [id, connection] : connections_) {
        const Machine* const from = connection->parts().machines[0];
        const Machine* const to = connection->parts().machines[1];
        if ((from == &a && to == &b) || (from == &b && to == &a)) act(*connection);
    }
}

}  // namespace playback::sim
