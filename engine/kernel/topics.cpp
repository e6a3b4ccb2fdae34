#include "engine/kernel/topics.h"

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::kernel {

Topics::Topic* Topics::find(const Address& address) {
    const auto it = topics_.find(address);
    return it == topics_.end() ? nullptr : it->second.get();
}

TopicVersion Topics::version(const Address& address) {
    if (const Topic* topic = find(address); topic != nullptr) return topic->version;
    auto topic = std::make_unique<Topic>(clock_);
    topic->version = ++last_version_;
    const TopicVersion version = topic->version;
    topics_.emplace(address, std::move(topic));
    return version;
}

io::Task<TopicVersion> Topics::watch(Address address, TopicVersion seen, Instant deadline) {
    const TopicVersion current = version(address);
    if (current != seen) co_return current;
    Topic& topic = *find(address);
    ++topic.watchers;
    co_await topic.signal.wait(deadline);
    // A topic that is watched is never forgotten, so the reference is still good.
    CHECK(topic.watchers > 0);
    --topic.watchers;
    const TopicVersion result = topic.version;
    if (topic.watchers == 0) topics_.erase(address);
    co_return result;
}

void Topics::changed(const Address& address) {
    if (PLAYBACK_PLANT(lost_wakeup)) return;
    Topic* const topic = find(address);
    if (topic == nullptr) return;  // nobody has ever asked for its version
    topic->version = ++last_version_;
    if (topic->watchers == 0)
        topics_.erase(address);  // a later watch sees another version
    else
        topic->signal.notify_all();
}

void Topics::all_changed() {
    for (auto& [address, topic] : topics_) {
        topic->version = ++last_version_;
        topic->signal.notify_all();
    }
}

}  // namespace playback::kernel
