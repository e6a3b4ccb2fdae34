// Event, Heap and EventQueue: the one virtual time line.
//
// Events are ordered by (time, order of scheduling); equal times may instead be ordered by a drawn
// number, so that nothing comes to depend on ties. Whoever waits owns its Event as a member; an
// Event that goes leaves the queue. Events made by `EventQueue::post` belong to the queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/time.h"

namespace playback::sim {

// A 4-ary heap of pointers ordered by (at, order). Each item knows its place, so that it can be
// removed: `Place{}(item)` is a reference to that number.
template <class Item, class Place>
class Heap {
public:
    struct Entry {
        std::int64_t at = 0;
        std::uint64_t order = 0;
        Item* item = nullptr;
    };

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const Entry& top() const { return entries_.front(); }

    void push(Entry entry) {
        entries_.push_back(entry);
        rise(entries_.size() - 1, entry);
    }

    void remove(std::size_t index) {
        CHECK(index < entries_.size());
        const Entry last = entries_.back();
        entries_.pop_back();
        if (index == entries_.size()) return;
        if (index > 0 && before(last, entries_[(index - 1) / 4]))
            rise(index, last);
        else
            sink(index, last);
    }

private:
    static bool before(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at < b.at : a.order < b.order;
    }

    void put(std::size_t index, const Entry& entry) {
        entries_[index] = entry;
        Place{}(*entry.item) = index;
    }

    void rise(std::size_t index, const Entry entry) {
        while (index > 0) {
            const std::size_t parent = (index - 1) / 4;
            if (!before(entry, entries_[parent])) break;
            put(index, entries_[parent]);
            index = parent;
        }
        put(index, entry);
    }

    void sink(std::size_t index, const Entry entry) {
        for (;;) {
            const std::size_t first = index * 4 + 1;
            if (first >= entries_.size()) break;
            const std::size_t end = first + 4 < entries_.size() ? first + 4 : entries_.size();
            std::size_t least = first;
            for (std::size_t child = first + 1; child < end; ++child)
                if (before(entries_[child], entries_[least])) least = child;
            if (!before(entries_[least], entry)) break;
            put(index, entries_[least]);
            index = least;
        }
        put(index, entry);
    }

    std::vector<Entry> entries_;
};

class EventQueue;

class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    virtual ~Event() { cancel(); }

    // The time has come; the event is out of the queue and may schedule itself again.
    virtual void run() = 0;

    void cancel();
    [[nodiscard]] bool scheduled() const { return queue_ != nullptr; }

private:
    friend class EventQueue;
    struct Place {
        std::size_t& operator()(Event& event) const { return event.index_; }
    };
    EventQueue* queue_ = nullptr;
    std::size_t index_ = 0;
    std::uint64_t cause_ = 0;
    bool owned_by_queue_ = false;
};

class EventQueue {
public:
    struct Due {
        Instant at;
        std::uint64_t order = 0;
        Event* event = nullptr;
        std::uint64_t cause = 0;
        bool owned = false;  // the caller deletes it after running it
    };

    EventQueue() = default;
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    ~EventQueue() { clear(); }

    // `tie` orders events of one instant before the order of scheduling does; 0 leaves it to that.
    // `cause` comes back with the event (Trace::cause).
    void schedule(Event& event, Instant at, std::uint16_t tie = 0, std::uint64_t cause = 0) {
        event.cancel();
        event.queue_ = this;
        event.cause_ = cause;
        heap_.push({at.ns, static_cast<std::uint64_t>(tie) << 48 | next_++, &event});
    }
    void own(Event& event) { event.owned_by_queue_ = true; }

    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    [[nodiscard]] Instant next_at() const {
        return heap_.empty() ? never : Instant{heap_.top().at};
    }

    // Takes the first event out; there must be one.
    Due take() {
        const auto entry = heap_.top();
        heap_.remove(0);
        entry.item->queue_ = nullptr;
        return {Instant{entry.at},
                entry.order,
                entry.item,
                entry.item->cause_,
                entry.item->owned_by_queue_};
    }

    // Destroys the events that it owns and lets the others go.
    void clear() {
        while (!heap_.empty()) {
            const Due due = take();
            if (due.owned) delete due.event;
        }
    }

private:
    friend class Event;
    Heap<Event, Event::Place> heap_;
    std::uint64_t next_ = 0;
};

inline void Event::cancel() {
    if (queue_ == nullptr) return;
    std::exchange(queue_, nullptr)->heap_.remove(index_);
}

// An Event that calls a member function: MemberEvent<&Clock::due> due_{*this};
template <auto Member>
class MemberEvent;
template <class Owner, void (Owner::*Member)()>
class MemberEvent<Member> final : public Event {
public:
    explicit MemberEvent(Owner& owner) : owner_(owner) {}
    void run() override { (owner_.*Member)(); }

private:
    Owner& owner_;
};

template <class Function>
class FunctionEvent final : public Event {
public:
    explicit FunctionEvent(Function function) : function_(std::move(function)) {}
    void run() override { std::move(function_)(); }

private:
    Function function_;
};

}  // namespace playback::sim
