// DiskDirectory: the names of a simulated disk, as programs see them and as the platter has them.
//
// As DiskContent does for bytes: creations, removals and renames stay listed until a finished sync
// of the directory covers them. At a power loss each name keeps a prefix of its own history: the
// operations on one name never change places, those on different names may.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "sim/disk_content.h"

namespace playback::sim {

// A file lives while a name or an open handle leads to it.
struct DiskFile {
    std::uint64_t number = 0;
    DiskContent content;
};

class DiskDirectory {
public:
    using Names = std::map<std::string, std::shared_ptr<DiskFile>, std::less<>>;

    [[nodiscard]] const Names& live() const { return live_; }
    [[nodiscard]] std::shared_ptr<DiskFile> find(std::string_view name) const;

    void create(Stamp stamp, std::string_view name, std::shared_ptr<DiskFile> file);
    void remove(Stamp stamp, std::string_view name);
    void rename(Stamp stamp, std::string_view from, std::string_view to);
    void sync(Stamp stamp);

    void undo_from(Instant at);
    void lose_power(Instant at, Loss loss, Random& random, LossCounts& counts);

    // The names at `at`, with or without those changes that no finished sync covers.
    [[nodiscard]] Names at(Instant at, bool with_unsynced) const;

    // Every file that some history still leads to, by number.
    [[nodiscard]] std::vector<std::shared_ptr<DiskFile>> files() const;

private:
    struct Change {
        Stamp stamp;
        std::string name;
        std::string from;                // renamed from; else empty
        std::shared_ptr<DiskFile> file;  // null: removed

        void apply(Names& names) const;
    };
    struct Sync {
        Stamp stamp;
        std::uint64_t covers = 0;
    };

    void settle(Instant now);
    void add(Change change);

    Names live_;
    Names durable_;
    std::deque<Change> changes_;
    std::uint64_t first_number_ = 0;
    std::deque<Sync> syncs_;
};

}  // namespace playback::sim
