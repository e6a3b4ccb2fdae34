// SimNetwork: io::Network of one core of a simulated process, from one source address.
//
// A connect is a SYN that travels: a partition, a machine without power, a full backlog or a fault
// that hangs swallow it, and it is sent again after 1, 2, 4 ... seconds until the deadline.
// Dialling draws from the stream of its source address.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "engine/io/network.h"
#include "sim/connection.h"
#include "sim/fabric.h"

namespace playback::sim {

// The core for which a SimNetwork works.
struct NetworkSite {
    Fabric& fabric;
    Machine& machine;
    std::uint64_t node;
    SimScheduler& scheduler;
    io::Clock& clock;
};

class SimListener final : public io::Listener {
public:
    using Accepted = Result<std::unique_ptr<io::Stream>>;

    SimListener(NetworkSite site, io::Endpoint at);
    ~SimListener() override;

    io::Task<Accepted> accept() override;
    void close() override;
    std::unique_ptr<io::Handle> detach() override;
    [[nodiscard]] io::Endpoint local() const override { return at_; }

    // --- for those who dial ---
    [[nodiscard]] const io::Endpoint& endpoint() const { return at_; }
    [[nodiscard]] Machine& machine() const { return site_.machine; }
    [[nodiscard]] const NetworkSite& site() const { return site_; }
    // Does it listen on the address that was dialled (127.0.0.1 only is not reached from outside)?
    [[nodiscard]] bool reached_by(const Machine& from, std::string_view host) const;
    [[nodiscard]] bool has_room() const;
    void enqueue(std::unique_ptr<SimStream> stream);
    // The next accepts fail as if there were no descriptors left.
    void fail_accepts(int count);
    void look_again() { acceptor_.resume(true); }

private:
    NetworkSite site_;
    io::Endpoint at_;
    bool closed_ = false;
    int failing_ = 0;
    std::deque<std::unique_ptr<SimStream>> backlog_;
    io::Resumer<bool> acceptor_;
};

// A listener between two owners in one process.
struct ListenerHandle final : io::Handle {
    explicit ListenerHandle(std::unique_ptr<SimListener> its) : listener(std::move(its)) {}
    std::unique_ptr<SimListener> listener;
};

class SimNetwork final : public io::Network {
public:
    SimNetwork(NetworkSite site, std::string source_address)
        : site_(site), source_(std::move(source_address)) {}

    Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at) override;
    io::Task<Result<std::unique_ptr<io::Stream>>> connect(io::Endpoint to,
                                                          Instant deadline) override;

    Result<std::unique_ptr<io::Stream>> adopt(std::unique_ptr<io::Handle> connection) override;
    Result<std::unique_ptr<io::Listener>> adopt_listener(std::unique_ptr<io::Handle> listening,
                                                         const io::Endpoint& local) override;

    [[nodiscard]] const NetworkSite& site() const { return site_; }
    [[nodiscard]] const std::string& source() const { return source_; }
    // Later connects come from another address, which the machine has.
    void set_source(std::string source) { source_ = std::move(source); }

private:
    NetworkSite site_;
    std::string source_;
};

}  // namespace playback::sim
