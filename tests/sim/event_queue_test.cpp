#include "sim/event_queue.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace playback::sim {
namespace {

struct Numbered final : Event {
    void run() override {}
    int number = 0;
};

TEST(EventQueue, OrdersByTimeThenByScheduling) {
    EventQueue queue;
    Numbered events[3];
    queue.schedule(events[0], Instant{5});
    queue.schedule(events[1], Instant{1});
    queue.schedule(events[2], Instant{5});
    EXPECT_EQ(queue.take().event, &events[1]);
    EXPECT_EQ(queue.take().event, &events[0]);
    EXPECT_EQ(queue.take().event, &events[2]);
    EXPECT_EQ(queue.next_at(), never);
}

TEST(EventQueue, AnEventThatGoesLeavesTheQueue) {
    EventQueue queue;
    {
        Numbered gone;
        queue.schedule(gone, Instant{1});
        EXPECT_EQ(queue.size(), 1U);
    }
    EXPECT_TRUE(queue.empty());
}

RC_GTEST_PROP(EventQueue, IsASortedListWithRemoval, ()) {
    using Key = std::pair<std::int64_t, std::uint64_t>;
    std::map<Key, int> model;
    std::map<int, Key> places;
    std::vector<Numbered> events(40);
    EventQueue queue;
    std::uint64_t order = 0;
    for (int i = 0; i < 40; ++i) events[static_cast<std::size_t>(i)].number = i;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 40), rc::gen::inRange(-10, 30)));
    for (const auto& [which, at] : steps) {
        Numbered& event = events[static_cast<std::size_t>(which)];
        if (places.contains(which)) model.erase(places[which]);
        places.erase(which);
        if (at < 0) {
            event.cancel();
        } else {
            queue.schedule(event, Instant{at});
            places[which] = {at, order++};
            model[places[which]] = which;
        }
        RC_ASSERT(queue.size() == model.size());
    }
    for (const auto& [key, which] : model) {
        const EventQueue::Due due = queue.take();
        RC_ASSERT(due.at.ns == key.first);
        RC_ASSERT(static_cast<Numbered*>(due.event)->number == which);
    }
    RC_ASSERT(queue.empty());
}

}  // namespace
}  // namespace playback::sim
