#include "adapters/sqlite/memory_store.h"

namespace playback::adapters {

io::Task<Result<io::Epoch>> MemoryStore::acquire(SlotNumber slot) {
    co_return ++epochs_[slot];
}

Result<void> MemoryStore::apply(io::BatchSection& section) {
    const auto owner = epochs_.find(section.slot);
    if (owner == epochs_.end() || owner->second != section.epoch)
        return Error{Errc::fenced, "slot has another owner"};
    for (io::Row& row : section.puts) rows_[std::move(row.key)] = std::move(row.value);
    for (const std::string& key : section.erases) rows_.erase(key);
    return {};
}

io::Task<Result<std::vector<Result<void>>>> MemoryStore::commit(io::Batch batch) {
    std::vector<Result<void>> outcomes;
    outcomes.reserve(batch.sections.size());
    for (io::BatchSection& section : batch.sections) outcomes.push_back(apply(section));
    co_return outcomes;
}

io::Task<Result<std::vector<io::Row>>> MemoryStore::scan(std::string from,
                                                         std::string to,
                                                         std::size_t limit) {
    std::vector<io::Row> found;
    for (auto it = rows_.lower_bound(from); it != rows_.end() && it->first < to; ++it) {
        if (found.size() == limit) break;
        found.push_back({it->first, it->second});
    }
    co_return found;
}

}  // namespace playback::adapters
