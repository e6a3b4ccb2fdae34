#include "sim/crash_states.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace playback::sim {
namespace {

constexpr std::array fates_of_a_write = {SectorFate::whole, SectorFate::missing, SectorFate::torn};

std::uint64_t hash_of(const DiskImage& image) {
    std::uint64_t hash = image.size();
    for (const auto& [name, bytes] : image)
        hash = hash_mix(hash_mix(hash, hash_bytes(name)), hash_bytes(bytes));
    return hash;
}

void apply(const UnsyncedWrite& write, SectorFate fate, std::string& content) {
    if (fate == SectorFate::missing) return;
    UnsyncedWrite left = write;
    if (fate == SectorFate::torn && !left.is_truncation) left.bytes.resize(left.bytes.size() / 2);
    if (left.is_truncation || !left.bytes.empty()) left.apply(content);
}

// Counts through all fates: false when it is through.
bool next(std::vector<SectorFate>& fates) {
    for (SectorFate& fate : fates) {
        if (fate != fates_of_a_write.back()) {
            fate = static_cast<SectorFate>(static_cast<std::uint8_t>(fate) + 1);
            return true;
        }
        fate = fates_of_a_write.front();
    }
    return false;
}

}  // namespace

CrashStates::CrashStates(const DiskDirectory& names, Instant at) {
    for (const std::shared_ptr<DiskFile>& file : names.files()) {
        Unsynced unsynced = file->content.unsynced(at);
        platter_.emplace(file->number, std::move(unsynced.platter));
        for (const UnsyncedWrite& write : unsynced.writes) add_sectors(file->number, write);
    }
    for (const auto& [name, file] : names.at(at, false)) old_names_.emplace(name, file->number);
    for (const auto& [name, file] : names.at(at, true)) new_names_.emplace(name, file->number);
    // The sectors of one write in their order.
    const auto order = [](const Write& write) {
        return std::tuple(write.what.issued, write.file, write.number);
    };
    std::ranges::sort(writes_, {}, order);
}

void CrashStates::add_sectors(std::uint64_t file, const UnsyncedWrite& write) {
    if (write.is_truncation) {
        writes_.push_back({file, writes_.size(), write});
        return;
    }
    std::uint64_t offset = write.offset;
    std::string_view bytes = write.bytes;
    while (!bytes.empty()) {
        const std::uint64_t room = DiskContent::sector_bytes - offset % DiskContent::sector_bytes;
        const std::string_view part = bytes.substr(0, static_cast<std::size_t>(room));
        if (!changes_nothing(file, offset, part))
            writes_.push_back(
                {file, writes_.size(), {write.issued, false, offset, std::string(part)}});
        offset += part.size();
        bytes.remove_prefix(part.size());
    }
}

// The platter has these bytes there, and nothing before this write could have changed them.
bool CrashStates::changes_nothing(std::uint64_t file,
                                  std::uint64_t offset,
                                  std::string_view bytes) const {
    const std::string& platter = platter_.at(file);
    const std::uint64_t end = offset + bytes.size();
    if (end > platter.size()) return false;
    if (std::string_view(platter).substr(static_cast<std::size_t>(offset), bytes.size()) != bytes)
        return false;
    return std::ranges::none_of(writes_, [&](const Write& other) {
        if (other.file != file) return false;
        if (other.what.is_truncation) return other.what.offset < end;
        return other.what.offset < end && offset < other.what.offset + other.what.bytes.size();
    });
}

DiskImage CrashStates::survivors(std::span<const SectorFate> fates, Rest rest) const {
    CHECK(fates.size() <= writes_.size());
    std::map<std::uint64_t, std::string> files = platter_;
    const std::size_t older = writes_.size() - fates.size();
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        const SectorFate of_older = rest.older_writes ? SectorFate::whole : SectorFate::missing;
        apply(writes_[i].what, i < older ? of_older : fates[i - older], files.at(writes_[i].file));
    }
    DiskImage image;
    for (const auto& [name, file] : rest.new_names ? new_names_ : old_names_)
        image.emplace(name, files.at(file));
    return image;
}

std::size_t CrashStates::each(std::size_t most,
                              const std::function<bool(const DiskImage&)>& see) const {
    std::set<std::uint64_t> seen;
    std::vector<SectorFate> fates(std::min(most, writes_.size()), fates_of_a_write.front());
    do {
        for (const bool older_writes : {true, false}) {
            for (const bool new_names : {true, false}) {
                const DiskImage image = survivors(fates, {older_writes, new_names});
                if (!seen.insert(hash_of(image)).second) continue;
                if (!see(image)) return seen.size();
            }
        }
    } while (next(fates));
    return seen.size();
}

}  // namespace playback::sim
