// The two sides of a graceful restart, around a RealNode (decision 0009).
//
// Successors is what a running node keeps open for the process that will replace it: DATA/
// handover.sock, for its owner alone. Predecessor is that socket from the other side. Whatever goes
// wrong before the successor has said that it has the data open, the running node goes on with its
// own connections; afterwards they are the successor's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/asio/real_world.h"
#include "engine/base/result.h"
#include "engine/services/handover.h"
#include "tools/playback/handover_channel.h"

namespace playback::tools {

std::string handover_path(const std::string& data);

class Successors {
public:
    // `came` is called on the loop when one is waiting. `refusal`, if any, is what all are told.
    // All outlive this; coroutines that wait in here are gone before it goes
    // (RealWorld::shutdown).
    Successors(adapters::RealWorld& world,
               std::string data,
               std::string refusal,
               std::function<void()> came);

    // Opens the socket. Fails as io::Network::listen; then nobody can take over.
    Result<void> listen();
    // Somebody waits who may have the node.
    [[nodiscard]] const bool& waits() const { return waits_; }

    // Passes everything on to who waits and closes the socket. `lifelines` go along. Success: all
    // is theirs. After an error this process must take it back.
    io::Task<Result<void>> pass_on(const services::Luggage& luggage,
                                   const std::vector<adapters::Descriptor>& lifelines);
    // The node serves on by itself: others may come.
    Result<void> listen_again();

private:
    io::Task<void> accept();
    [[nodiscard]] Result<void> greet(HandoverChannel& channel) const;
    Result<void> converse(const services::Luggage& luggage,
                          const std::vector<adapters::Descriptor>& lifelines);
    io::Task<Result<void>> on_thread(std::function<Result<void>()> work);

    adapters::RealWorld& world_;
    adapters::ThreadWorker& thread_;
    std::string data_;
    std::string refusal_;
    std::function<void()> came_;
    std::unique_ptr<io::Listener> listener_;
    std::optional<HandoverChannel> channel_;  // of who waits
    bool waits_ = false;
    io::TaskGroup tasks_;
};

class Predecessor {
public:
    // Nothing: no node runs with this data. Fails as the channel.
    static Result<std::optional<Predecessor>> find(const std::string& data);

    // Asks for everything and blocks until the running node has closed its data and sent it. Fails
    // with refused (in its words), or as the channel.
    Result<services::Luggage> take();
    // All data is open: success says that everything is ours. Blocks.
    Result<void> confirm();
    // Lets the running node go on.
    void fail(std::string_view reason);
    std::vector<adapters::Descriptor> take_lifelines() { return std::move(lifelines_); }

private:
    Predecessor(HandoverChannel channel, std::string data)
        : channel_(std::move(channel)), data_(std::move(data)) {}

    HandoverChannel channel_;
    std::string data_;
    std::vector<adapters::Descriptor> lifelines_;
};

// Tells systemd, if it wants to know (Type=notify), that the service is ready and that this process
// is the main one now.
void tell_service_manager();

}  // namespace playback::tools
