// Topics: who waits for which aggregate of a slot to change.
//
// A watcher takes the version *before* it reads; if the aggregate changes after that, the version
// has moved and `watch` returns at once, so no wake-up is lost.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "engine/io/wait.h"
#include "engine/kernel/address.h"

namespace playback::kernel {

using TopicVersion = std::uint64_t;

class Topics {
public:
    explicit Topics(io::Clock& clock) : clock_(clock) {}

    TopicVersion version(const Address& address);

    // Returns the version as soon as it differs from `seen`, or at the deadline.
    io::Task<TopicVersion> watch(Address address, TopicVersion seen, Instant deadline);

    void changed(const Address& address);
    // The slot was reloaded: every watcher looks again.
    void all_changed();

    [[nodiscard]] std::size_t size() const { return topics_.size(); }

private:
    struct Topic {
        explicit Topic(io::Clock& clock) : signal(clock) {}
        TopicVersion version = 0;
        std::uint32_t watchers = 0;
        io::Signal signal;
    };
    Topic* find(const Address& address);

    io::Clock& clock_;
    TopicVersion last_version_ = 0;  // over all topics: a topic made anew has a version never seen
    std::map<Address, std::unique_ptr<Topic>> topics_;
};

}  // namespace playback::kernel
