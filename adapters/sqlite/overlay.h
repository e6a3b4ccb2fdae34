// Overlay: what the log says and the row table does not say yet, in key order.
//
// Per key only the newest change counts; a fold takes the oldest log rows, applies those of their
// changes that are still the newest of their key, and forgets them. So a row that is erased or
// overwritten before its fold never reaches the row table. Pure memory; rebuilt at open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace playback::adapters {

class Overlay {
public:
    struct Change {
        std::uint64_t log_row = 0;  // the newest log row that names the key
        bool erased = false;
        std::string value;
    };
    using Changes = std::map<std::string, Change, std::less<>>;

    // Changes that follow belong to log row `number`, which is larger than all before.
    void begin_row(std::uint64_t number, std::size_t body_bytes);
    void put(std::string key, std::string value);
    void erase(std::string key);

    [[nodiscard]] const Changes& changes() const { return changes_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    // Changes still listed for a fold, overtaken ones included: the work that is left.
    [[nodiscard]] std::size_t backlog() const { return backlog_; }

    struct Fold {
        std::uint64_t last_log_row = 0;  // 0: nothing to fold
        std::vector<Changes::iterator> changes;
    };
    // The oldest log rows with at most `backlog_max` changes together, but at least one row.
    [[nodiscard]] Fold oldest(std::size_t backlog_max);
    // The row table has them now.
    void forget(const Fold& fold);

private:
    struct LogRow {
        std::uint64_t number = 0;
        std::size_t bytes = 0;
        std::vector<Changes::iterator> changes;
    };

    void change(std::string key, bool erased, std::string value);

    Changes changes_;
    std::deque<LogRow> rows_;
    std::size_t bytes_ = 0;
    std::size_t backlog_ = 0;
};

}  // namespace playback::adapters
