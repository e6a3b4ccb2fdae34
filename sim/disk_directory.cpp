#include "sim/disk_directory.h"

#include <algorithm>
#include <set>
#include <utility>

namespace playback::sim {

std::shared_ptr<DiskFile> DiskDirectory::find(std::string_view name) const {
    const auto it = live_.find(name);
    return it == live_.end() ? nullptr : it->second;
}

void DiskDirectory::Change::apply(Names& names) const {
    if (!from.empty()) names.erase(from);
    if (file)
        names[name] = file;
    else
        names.erase(name);
}

void DiskDirectory::add(Change change) {
    settle(change.stamp.now);
    change.apply(live_);
    changes_.push_back(std::move(change));
}

void DiskDirectory::create(Stamp stamp, std::string_view name, std::shared_ptr<DiskFile> file) {
    add({stamp, std::string(name), {}, std::move(file)});
}

void DiskDirectory::remove(Stamp stamp, std::string_view name) {
    add({stamp, std::string(name), {}, nullptr});
}

void DiskDirectory::rename(Stamp stamp, std::string_view from, std::string_view to) {
    add({stamp, std::string(to), std::string(from), find(from)});
}

void DiskDirectory::sync(Stamp stamp) {
    settle(stamp.now);
    syncs_.push_back({stamp, first_number_ + changes_.size()});
}

void DiskDirectory::settle(Instant now) {
    while (!syncs_.empty() && syncs_.front().stamp.end <= now) {
        for (; first_number_ < syncs_.front().covers; ++first_number_) {
            changes_.front().apply(durable_);
            changes_.pop_front();
        }
        syncs_.pop_front();
    }
}

void DiskDirectory::undo_from(Instant at) {
    settle(at);
    while (!syncs_.empty() && syncs_.back().stamp.start >= at) syncs_.pop_back();
    while (!changes_.empty() && changes_.back().stamp.start >= at) changes_.pop_back();
    live_ = durable_;
    for (const Change& change : changes_) change.apply(live_);
}

void DiskDirectory::lose_power(Instant at, Loss loss, Random& random, LossCounts& counts) {
    undo_from(at);
    std::set<std::string, std::less<>> cut;  // names whose history ended
    for (const Change& change : changes_) {
        const bool blocked = cut.contains(change.name) || cut.contains(change.from);
        bool kept = loss.order == Loss::Order::everything;
        if (loss.order == Loss::Order::in_order) kept = random.chance(3, 4);
        if (loss.order == Loss::Order::any_order) kept = random.chance(1, 2);
        if (kept && !blocked) {
            change.apply(durable_);
            ++counts.kept;
            continue;
        }
        ++counts.lost;
        cut.insert(change.name);
        if (!change.from.empty()) cut.insert(change.from);
        // A directory that keeps its operations in order loses all after the first lost one.
        if (loss.order == Loss::Order::in_order) loss.order = Loss::Order::nothing;
    }
    changes_.clear();
    syncs_.clear();
    live_ = durable_;
}

DiskDirectory::Names DiskDirectory::at(Instant at, bool with_unsynced) const {
    std::uint64_t covered = first_number_;
    for (const Sync& sync : syncs_)
        if (sync.stamp.end <= at) covered = std::max(covered, sync.covers);
    Names names = durable_;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        const bool is_issued = changes_[i].stamp.start < at;
        if (first_number_ + i < covered || (with_unsynced && is_issued)) changes_[i].apply(names);
    }
    return names;
}

std::vector<std::shared_ptr<DiskFile>> DiskDirectory::files() const {
    std::map<std::uint64_t, std::shared_ptr<DiskFile>> found;
    for (const Names* const names : {&live_, &durable_})
        for (const auto& [name, file] : *names) found.emplace(file->number, file);
    for (const Change& change : changes_)
        if (change.file) found.emplace(change.file->number, change.file);
    std::vector<std::shared_ptr<DiskFile>> files;
    files.reserve(found.size());
    for (auto& [number, file] : found) files.push_back(std::move(file));
    return files;
}

}  // namespace playback::sim
