#include "adapters/sqlite/overlay.h"

#include <utility>

#include "engine/base/check.h"

namespace playback::adapters {

void Overlay::begin_row(LogPoint row, std::size_t bytes) {
    CHECK(rows_.empty() || rows_.back().point.number < row.number);
    rows_.push_back({row, bytes, {}});
    bytes_ += bytes;
}

void Overlay::put(io::Row row) {
    const std::size_t before = changes_.size();
    Change& change = touch(std::move(row.key));
    if (changes_.size() > before) change.is_new = row.is_new;
    change.erased = false;
    change.value = std::move(row.value);
}

void Overlay::erase(std::string key) {
    Change& change = touch(std::move(key));
    change.erased = true;
    change.value = {};
}

Overlay::Change& Overlay::touch(std::string key) {
    Row& row = rows_.back();
    const std::unique_ptr<Change>* const found = changes_.find(key);
    Change* change = found == nullptr ? nullptr : found->get();
    if (change == nullptr) {
        auto made = std::make_unique<Change>();
        change = made.get();
        change->key = std::move(key);
        change->place = without_order_.size();
        without_order_.push_back(change);
        changes_.insert(change->key, std::move(made));
    }
    if (std::exchange(change->log_row, row.point.number) == row.point.number) return *change;
    row.changes.push_back(change);
    ++backlog_;
    return *change;
}

const Overlay::InOrder& Overlay::in_order() {
    for (Change* const change : without_order_) {
        in_order_.emplace(change->key, change);
        change->place = ordered;
    }
    without_order_.clear();
    return in_order_;
}

Overlay::Fold Overlay::oldest(std::size_t backlog_max) const {
    Fold fold;
    std::size_t seen = 0;
    if (!rows_.empty()) fold.newest = rows_.back().point.number;
    for (const Row& row : rows_) {
        seen += row.changes.size();
        if (fold.end.number != 0 && seen > backlog_max) break;
        fold.end = row.point;
        for (Change* const change : row.changes) {
            if (change->log_row == row.point.number) fold.changes.push_back(change);
        }
    }
    return fold;
}

void Overlay::forget(const Fold& fold) {
    for (Change* const change : fold.changes) {
        if (change->log_row > fold.end.number)
            change->is_new = false;  // a later one of its key came meanwhile
        else
            forget(*change);
    }
    while (!rows_.empty() && rows_.front().point.number <= fold.end.number) {
        bytes_ -= rows_.front().bytes;
        backlog_ -= rows_.front().changes.size();
        rows_.pop_front();
    }
}

void Overlay::forget(const Change& change) {
    if (change.place == ordered) {
        in_order_.erase(change.key);
    } else {
        Change* const last = without_order_.back();
        without_order_[change.place] = last;
        last->place = change.place;
        without_order_.pop_back();
    }
    changes_.erase(std::string_view(change.key));
}

}  // namespace playback::adapters
