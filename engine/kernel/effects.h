// Effects: everything a rule may want of the world. The kernel commits them atomically.
//
// There is no "start a container": rules write the wanted state and say that they `changed`; a
// worker of the shell watches, acts and submits what it observed (DESIGN section 3).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/kernel/address.h"
#include "engine/kernel/message.h"
#include "engine/kernel/rows.h"

namespace playback::kernel {

class Effects {
public:
    // --- rows of the aggregate at hand ---

    // Writes a durable row. The reply waits until it is.
    template <Described Row>
    void put(const RowKey& key, const Row& row) {
        writes_.push_back({key.bytes(), encode(row), Write::Mode::put});
    }
    // The same, of a key that this aggregate has never written: cheaper if it is erased soon.
    template <Described Row>
    void put_new(const RowKey& key, const Row& row) {
        writes_.push_back({key.bytes(), encode(row), Write::Mode::put_new});
    }
    // Erases a row, durably; the reply waits.
    void erase(const RowKey& key) { writes_.push_back({key.bytes(), {}, Write::Mode::erase}); }
    // Erases a row some time soon; the reply does not wait. After a crash the row may be back: only
    // where doing it twice is harmless (an acknowledged message is delivered again).
    void erase_soon(const RowKey& key) {
        writes_.push_back({key.bytes(), {}, Write::Mode::erase_soon});
    }

    // --- other aggregates ---

    // Sends a one-way message: applied exactly once, in order per receiver, in this batch or later.
    template <class M>
    void send(const Address& to, M message) {
        static_assert(std::is_void_v<typename M::Reply>, "only one-way messages are sent");
        sends_.push_back({to, make_message(std::move(message))});
    }

    // The reply also waits until what this command sent was applied, durably, by its receivers: for
    // "an acknowledged write is never read older" across aggregates.
    void reply_when_delivered() { reply_when_delivered_ = true; }

    // --- time ---

    // A durable timer: `command` comes back to this aggregate at or after `at` (slot time), also
    // after a restart. A new one replaces the old of that name. Its command is one-way.
    template <class C>
    void timer(std::string_view name, Instant at, C command) {
        static_assert(std::is_void_v<typename C::Reply>, "a timer's command is one-way");
        timers_.push_back({std::string(name), at, make_message(std::move(command)), true});
    }
    // The same, gone with the process or when the slot reloads: for inactivity and the like.
    template <class C>
    void volatile_timer(std::string_view name, Instant at, C command) {
        static_assert(std::is_void_v<typename C::Reply>, "a timer's command is one-way");
        timers_.push_back({std::string(name), at, make_message(std::move(command)), false});
    }
    void cancel_timer(std::string_view name) {
        timers_.push_back({std::string(name), never, nullptr, false});
    }

    // --- watchers ---

    // Wakes whoever watches this aggregate, once this is committed.
    void changed() { changed_ = true; }

    // --- for the kernel and the test runner ---

    struct Write {
        enum class Mode : std::uint8_t { put, put_new, erase, erase_soon };
        std::string key;  // inside the aggregate
        std::string value;
        Mode mode;
    };
    struct Send {
        Address to;
        Message message;
    };
    struct TimerChange {
        std::string name;
        Instant at;       // never: cancel
        Message command;  // null: cancel
        bool durable;
    };

    [[nodiscard]] bool empty() const {
        return writes_.empty() && sends_.empty() && timers_.empty() && !changed_;
    }
    std::vector<Write>& writes() { return writes_; }
    std::vector<Send>& sends() { return sends_; }
    std::vector<TimerChange>& timers() { return timers_; }
    [[nodiscard]] bool has_changed() const { return changed_; }
    [[nodiscard]] bool replies_when_delivered() const { return reply_when_delivered_; }

private:
    std::vector<Write> writes_;
    std::vector<Send> sends_;
    std::vector<TimerChange> timers_;
    bool changed_ = false;
    bool reply_when_delivered_ = false;
};

}  // namespace playback::kernel
