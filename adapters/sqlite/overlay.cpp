#include "adapters/sqlite/overlay.h"

#include <algorithm>
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

std::vector<Overlay::Part> Overlay::oldest(const FoldLimits& limits) const {
    std::vector<Part> parts;
    std::size_t changes = 0;
    std::size_t writes = 0;
    std::size_t writes_of_part = 0;
    for (const Row& row : rows_) {
        std::vector<Change*> newest;
        for (Change* const change : row.changes) {
            if (change->log_row == row.point.number) newest.push_back(change);
        }
        const auto is_written = [](const Change* change) { return !change->never_was(); };
        const auto of_row = static_cast<std::size_t>(std::ranges::count_if(newest, is_written));
        changes += row.changes.size();
        writes += of_row;
        if (!parts.empty() && (changes > limits.changes || writes > limits.writes)) break;
        if (parts.empty() || writes_of_part + of_row > limits.writes_of_part) {
            parts.emplace_back();
            writes_of_part = 0;
        }
        writes_of_part += of_row;
        parts.back().end = row.point;
        parts.back().changes.insert(parts.back().changes.end(), newest.begin(), newest.end());
    }
    return parts;
}

std::uint64_t Overlay::newest() const {
    return rows_.empty() ? 0 : rows_.back().point.number;
}

void Overlay::forget(const Part& part) {
    for (Change* const change : part.changes) {
        if (change->log_row > part.end.number)
            change->is_new = false;  // a later one of its key came meanwhile
        else
            drop(*change);
    }
    while (!rows_.empty() && rows_.front().point.number <= part.end.number) {
        bytes_ -= rows_.front().bytes;
        backlog_ -= rows_.front().changes.size();
        rows_.pop_front();
    }
}

void Overlay::drop(const Change& change) {
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
