#include "adapters/sqlite/overlay.h"

#include <utility>

#include "engine/base/check.h"

namespace playback::adapters {

void Overlay::begin_row(std::uint64_t number, std::size_t body_bytes) {
    CHECK(rows_.empty() || rows_.back().number < number);
    rows_.push_back({number, body_bytes, {}});
    bytes_ += body_bytes;
}

void Overlay::put(std::string key, std::string value) {
    change(std::move(key), false, std::move(value));
}

void Overlay::erase(std::string key) {
    change(std::move(key), true, {});
}

void Overlay::change(std::string key, bool erased, std::string value) {
    LogRow& row = rows_.back();
    const auto [it, added] = changes_.try_emplace(std::move(key));
    const bool listed = !added && it->second.log_row == row.number;
    it->second = Change{row.number, erased, std::move(value)};
    if (listed) return;
    row.changes.push_back(it);
    ++backlog_;
}

Overlay::Fold Overlay::oldest(std::size_t backlog_max) {
    Fold fold;
    std::size_t seen = 0;
    for (const LogRow& row : rows_) {
        seen += row.changes.size();
        if (fold.last_log_row != 0 && seen > backlog_max) break;
        fold.last_log_row = row.number;
        for (const Changes::iterator& it : row.changes) {
            if (it->second.log_row == row.number) fold.changes.push_back(it);
        }
    }
    return fold;
}

void Overlay::forget(const Fold& fold) {
    for (const Changes::iterator& it : fold.changes) changes_.erase(it);
    while (!rows_.empty() && rows_.front().number <= fold.last_log_row) {
        bytes_ -= rows_.front().bytes;
        backlog_ -= rows_.front().changes.size();
        rows_.pop_front();
    }
}

}  // namespace playback::adapters
