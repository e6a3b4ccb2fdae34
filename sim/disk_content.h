// DiskContent: the bytes of one simulated file, as programs see them and as the platter has them.
//
// Programs read `live`, the operating system's cache. What they change stays listed, stamped with
// the virtual time at which it was issued and finished, until a finished sync (or the cache's own
// writing, beyond dirty_bytes_max) makes it durable. So a crash at any instant can be undone to
// what was issued before it, and a power loss can draw what of the rest had reached the platter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/time.h"

namespace playback::sim {

// When an operation was issued and when it was done. A store call runs at one instant of the world,
// `now`, and its operations are stamped with later ones; a crash may come between.
struct Stamp {
    Instant now;
    Instant start;
    Instant end;
};

// How a power loss treats what no sync covers. Drawn anew for each.
struct Loss {
    enum class Order : std::uint8_t {
        nothing,     // all of it is gone
        everything,  // all of it was there
        in_order,    // up to some point, with the last write torn
        any_order,   // each sector by itself
    };
    Order order = Order::any_order;
    bool garbage = false;  // a sector may also be neither old nor new

    static Loss draw(Random& random, bool garbage);
};

// What happened to writes at power losses and failed syncs; for probes and reports.
struct LossCounts {
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;
    std::uint64_t torn = 0;
    std::uint64_t garbage_sectors = 0;
};

// A write or truncation that no finished sync may cover yet.
struct UnsyncedWrite {
    Instant issued;
    bool is_truncation = false;
    std::uint64_t offset = 0;  // or the new size
    std::string bytes;

    void apply(std::string& content) const;
};

// A file as a crash would find it: what is surely there, and what may be, the oldest first.
struct Unsynced {
    std::string platter;
    std::vector<UnsyncedWrite> writes;
};

class DiskContent {
public:
    static constexpr std::uint64_t sector_bytes = 512;
    static constexpr std::size_t dirty_bytes_max = std::size_t{4} << 20;

    [[nodiscard]] const std::string& live() const { return live_; }
    [[nodiscard]] bool dirty() const { return !changes_.empty(); }

    void write(Stamp stamp, std::uint64_t offset, std::string_view bytes);
    // A write that failed half way: some of its sectors are new.
    void write_in_part(Stamp stamp, std::uint64_t offset, std::string_view bytes, Random& random);
    void truncate(Stamp stamp, std::uint64_t size);
    void sync(Stamp stamp);
    // A sync that failed: the cache forgets what it could not write, and the next one succeeds.
    void sync_failed(Stamp stamp, Loss loss, Random& random, LossCounts& counts);

    // Bytes that rot where they lie, in the cache and on the platter.
    void overwrite_silently(Instant now, std::uint64_t offset, std::string_view bytes);
    // Starts with these bytes, all durable.
    void restore(std::string_view bytes);

    // The process is gone since `at`: what was issued from then on did not happen.
    void undo_from(Instant at);
    // The power is gone since `at`; also undoes.
    void lose_power(Instant at, Loss loss, Random& random, LossCounts& counts);
    // What a power loss at `at` would have to decide.
    [[nodiscard]] Unsynced unsynced(Instant at) const;

private:
    struct Change : UnsyncedWrite {
        Stamp stamp;
        bool certain = false;  // drawn already: a power loss finds it there
    };
    struct Sync {
        Stamp stamp;
        std::uint64_t covers = 0;  // changes with a smaller number
    };

    void settle(Instant now);
    void settle_first();
    void add(Change change);
    [[nodiscard]] std::size_t safe_at(Instant at) const;
    std::string survivors(Instant at, Loss loss, Random& random, LossCounts& counts) const;

    std::string live_;
    std::string durable_;
    std::deque<Change> changes_;
    std::uint64_t first_number_ = 0;  // of changes_.front()
    std::deque<Sync> syncs_;
    std::size_t dirty_bytes_ = 0;
};

}  // namespace playback::sim
