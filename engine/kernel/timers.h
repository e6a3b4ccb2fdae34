// Timers of one slot: named per aggregate, ordered by slot time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/time.h"
#include "engine/kernel/address.h"
#include "engine/kernel/message.h"

namespace playback::kernel {

class Timers {
public:
    struct Due {
        Address to;
        std::string name;
        Message command;
        bool durable = false;
    };

    // Replaces a timer of the same name. True if the one before it was durable (its row must go,
    // unless the new one overwrites it).
    bool set(const Address& to, std::string_view name, Instant at, Message command, bool durable);
    // True if there was one and it was durable.
    bool cancel(const Address& to, std::string_view name);

    // The next timer due at `now`, taken out; none if nothing is due.
    std::optional<Due> take_due(Instant now);

    // When the next one is due; `never` if there is none.
    [[nodiscard]] Instant next() const {
        return queue_.empty() ? never : queue_.begin()->first.first;
    }
    [[nodiscard]] std::size_t size() const { return by_name_.size(); }
    void clear();

private:
    using Name = std::pair<Address, std::string>;
    struct Entry {
        Instant at;
        std::uint64_t order = 0;
        Message command;
        bool durable = false;
    };

    using ByName = std::map<Name, Entry>;
    ByName by_name_;
    // Equal times: in order of setting.
    std::map<std::pair<Instant, std::uint64_t>, ByName::iterator> queue_;
    std::uint64_t last_order_ = 0;
};

}  // namespace playback::kernel
