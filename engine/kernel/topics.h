// Topics: who waits for which aggregate of a slot to change.
//
// A watcher takes the version *before* it reads; if the aggregate changes after that, the version
// has moved and `watch` says so at once, so no wake-up is lost.
#pragma once

#include <cstdint>
#include <map>

#include "engine/io/clock.h"
#include "engine/io/task.h"
#include "engine/kernel/address.h"

namespace playback::kernel {

using TopicVersion = std::uint64_t;

class Watcher;

class Topics {
public:
    explicit Topics(io::Clock& clock) : clock_(clock) {}
    Topics(const Topics&) = delete;
    Topics& operator=(const Topics&) = delete;
    ~Topics();

    TopicVersion version(const Address& address);

    // Returns the version as soon as it differs from `seen`, or at the deadline.
    io::Task<TopicVersion> watch(Address address, TopicVersion seen, Instant deadline);
    // The same without a coroutine: `watcher` is told, once. False: the version differs already.
    bool watch(Watcher& watcher, const Address& address, TopicVersion seen, Instant deadline);

    void changed(const Address& address);
    // The slot was reloaded: every watcher looks again.
    void all_changed();

    [[nodiscard]] std::size_t size() const { return topics_.size(); }

private:
    friend class Watcher;
    struct Topic {
        TopicVersion version = 0;
        Watcher* first = nullptr;  // in a list through them, in order of watching
        Watcher* last = nullptr;
    };
    using ByAddress = std::map<Address, Topic>;

    ByAddress::iterator topic(const Address& address);
    // Forgets the topic; everybody who watches it looks again.
    ByAddress::iterator wake_all(ByAddress::iterator topic);

    io::Clock& clock_;
    TopicVersion last_version_ = 0;  // over all topics: a topic made anew has a version never seen
    ByAddress topics_;
};

// Who waits for long and has nothing to remember but this. Stops when it goes.
class Watcher : private io::Timer {
public:
    explicit Watcher(io::Clock& clock) : Timer(clock) {}
    ~Watcher() override { stop(); }

    // Is told nothing any more.
    void stop();

protected:
    // In the step of whoever changed the aggregate: only makes a note or starts a task.
    virtual void changed(TopicVersion version) = 0;
    virtual void expired(TopicVersion version) = 0;

private:
    friend class Topics;
    void fire() override;
    void link(Topics& topics, Topics::ByAddress::iterator topic);
    // Returns who comes behind it.
    Watcher* unlink();

    Topics* topics_ = nullptr;  // null: waits for nothing
    Topics::ByAddress::iterator topic_;
    Watcher* previous_ = nullptr;
    Watcher* next_ = nullptr;
};

}  // namespace playback::kernel
