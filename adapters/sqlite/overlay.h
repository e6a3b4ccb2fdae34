// Overlay: what the log says and the row table does not say yet.
//
// Per key only the newest change counts; a fold takes the oldest log rows, applies those of their
// changes that are still the newest of their key, and forgets them. So a row that is erased or
// overwritten before its fold never reaches the row table. Most rows are messages, which come and
// go without being looked for: keys are hashed, and put in order only when somebody reads a range.
// Pure memory; rebuilt at open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/log_row.h"
#include "engine/base/hash_map.h"
#include "engine/io/store.h"

namespace playback::adapters {

class Overlay {
public:
    struct Change {
        std::string key;
        std::string value;
        std::uint64_t log_row = 0;  // the newest log row that names the key
        bool erased = false;
        bool is_new = false;  // the row table has no such key
        // Gone before the row table heard of it.
        [[nodiscard]] bool never_was() const { return erased && is_new; }
        // In the list of those without an order; `ordered` otherwise.
        std::size_t place = 0;
    };
    using InOrder = std::map<std::string_view, const Change*>;

    // Changes that follow belong to this log row, whose number is larger than all before.
    void begin_row(LogPoint row, std::size_t bytes);
    void put(io::Row row);
    void erase(std::string key);

    // Valid until the next change.
    [[nodiscard]] const InOrder& in_order();
    [[nodiscard]] std::size_t size() const { return changes_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    // Changes still listed for a fold, overtaken ones included: the work that is left.
    [[nodiscard]] std::size_t backlog() const { return backlog_; }

    // Log rows that follow each other, and those of their changes that are the newest of their key.
    struct Part {
        LogPoint end;  // its last row
        std::vector<Change*> changes;
    };
    struct FoldLimits {
        std::size_t changes = 0;
        std::size_t writes = 0;  // changes that the row table hears of
        std::size_t writes_of_part = 0;
    };
    // The oldest log rows with at most so many changes together, but at least one row; in parts.
    [[nodiscard]] std::vector<Part> oldest(const FoldLimits& limits) const;
    // The number of the newest log row; 0: there is none.
    [[nodiscard]] std::uint64_t newest() const;
    // The row table has it now. What changed since `oldest` stays. Parts in order.
    void forget(const Part& part);

private:
    static constexpr std::size_t ordered = static_cast<std::size_t>(-1);

    struct Row {
        LogPoint point;
        std::size_t bytes = 0;
        std::vector<Change*> changes;
    };

    // The change of `key`, listed under the newest log row.
    Change& touch(std::string key);
    void drop(const Change& change);

    HashMap<std::string_view, std::unique_ptr<Change>> changes_;  // by the key inside
    std::vector<Change*> without_order_;
    InOrder in_order_;
    std::deque<Row> rows_;
    std::size_t bytes_ = 0;
    std::size_t backlog_ = 0;
};

}  // namespace playback::adapters
