#include "engine/kernel/topics.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::kernel {
namespace {

class Waiting final : public Watcher {
public:
    using Watcher::Watcher;
    io::Resumer<TopicVersion> resumer;

private:
    void changed(TopicVersion version) override { resumer.resume(version); }
    void expired(TopicVersion version) override { resumer.resume_now(version); }
};

}  // namespace

Topics::~Topics() {
    for (auto& [address, topic] : topics_) {
        while (topic.first != nullptr) {
            topic.first->disarm();
            topic.first->unlink();
        }
    }
}

Topics::ByAddress::iterator Topics::topic(const Address& address) {
    const auto [it, is_new] = topics_.try_emplace(address);
    if (is_new) it->second.version = ++last_version_;
    return it;
}

TopicVersion Topics::version(const Address& address) {
    return topic(address)->second.version;
}

io::Task<TopicVersion> Topics::watch(Address address, TopicVersion seen, Instant deadline) {
    Waiting waiting(clock_);
    if (!watch(waiting, address, seen, deadline)) co_return version(address);
    auto start = [&waiting](io::Resumer<TopicVersion> resumer) {
        waiting.resumer = std::move(resumer);
    };
    const TopicVersion result = co_await io::suspend<TopicVersion>(start);
    co_return result;
}

bool Topics::watch(Watcher& watcher, const Address& address, TopicVersion seen, Instant deadline) {
    CHECK(watcher.topics_ == nullptr);
    const auto it = topic(address);
    if (it->second.version != seen) return false;
    watcher.link(*this, it);
    watcher.arm(deadline);
    return true;
}

void Topics::changed(const Address& address) {
    if (PLAYBACK_PLANT(lost_wakeup)) return;
    const auto it = topics_.find(address);
    if (it != topics_.end()) wake_all(it);  // else nobody has ever asked for its version
}

void Topics::all_changed() {
    for (auto it = topics_.begin(); it != topics_.end();) it = wake_all(it);
}

// Who is told only makes a note of it, so the list does not change under us.
Topics::ByAddress::iterator Topics::wake_all(ByAddress::iterator topic) {
    const TopicVersion version = ++last_version_;
    for (Watcher* watcher = topic->second.first; watcher != nullptr;) {
        Watcher& told = *watcher;
        watcher = told.unlink();
        told.disarm();
        told.changed(version);
    }
    return topics_.erase(topic);  // a later watch sees another version
}

void Watcher::link(Topics& topics, Topics::ByAddress::iterator topic) {
    topics_ = &topics;
    topic_ = topic;
    previous_ = topic->second.last;
    (previous_ != nullptr ? previous_->next_ : topic->second.first) = this;
    topic->second.last = this;
}

Watcher* Watcher::unlink() {
    Watcher* const next = std::exchange(next_, nullptr);
    (previous_ != nullptr ? previous_->next_ : topic_->second.first) = next;
    (next != nullptr ? next->previous_ : topic_->second.last) = previous_;
    previous_ = nullptr;
    topics_ = nullptr;
    return next;
}

void Watcher::stop() {
    disarm();
    if (topics_ == nullptr) return;
    Topics& topics = *topics_;
    unlink();
    if (topic_->second.first == nullptr) topics.topics_.erase(topic_);
}

void Watcher::fire() {
    const TopicVersion version = topic_->second.version;
    stop();
    expired(version);
}

}  // namespace playback::kernel
