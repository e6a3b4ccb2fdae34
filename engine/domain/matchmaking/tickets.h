// Tickets: everybody who waits for a match of one mode, by id, by age and, per region, by skill.
//
// Records are kept in blocks and used again; the number of a record stays while its ticket
// waits. A ticket that comes back (its match died) is older than all that wait.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/time.h"
#include "engine/domain/matchmaking/mode_rules.h"
#include "engine/domain/matchmaking/party_sizes.h"
#include "engine/domain/matchmaking/ticket_ids.h"
#include "engine/domain/matchmaking/ticket_order.h"

namespace playback::matchmaking {

struct Ticket {
    std::uint64_t id = 0;
    Instant since;
    std::uint32_t players = 1;  // who stay together
    std::int32_t skill = 0;
    std::uint32_t regions = 1;  // bits; at least one
};

class Tickets {
public:
    using Record = std::uint32_t;

    // Where it is kept; nothing if a ticket of that id waits already.
    std::optional<Record> add(const Ticket& ticket, bool comes_back);
    // False if none of that id waits.
    bool remove(std::uint64_t id);
    void remove(std::span<const Record> records);  // their tickets wait

    [[nodiscard]] std::optional<Record> find(std::uint64_t id) const;
    [[nodiscard]] const Ticket& at(Record record) const { return kept(record).ticket; }
    void prefetch(Record record) const { __builtin_prefetch(&kept(record)); }
    [[nodiscard]] Record record_of(TicketAge age) const {  // of who waits
        const std::size_t offset = age - static_cast<TicketAge>(first_sequence_);
        return ages_[offset / ages_per_block].records[offset % ages_per_block];
    }
    [[nodiscard]] std::int64_t sequence_of(Record record) const { return kept(record).sequence; }
    // Is there a ticket in this record that came with this number?
    [[nodiscard]] bool is_still(Record record, std::int64_t sequence) const;

    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    [[nodiscard]] std::uint64_t players() const { return players_; }
    [[nodiscard]] const TicketOrder& in_region(std::size_t region) {
        by_skill_[region].settle();
        return by_skill_[region];
    }

    // Of the parties that wait in the region.
    [[nodiscard]] SizeMask sizes_in(std::size_t region) const { return sizes_[region].mask(); }

    // The oldest that came at or after `sequence`.
    [[nodiscard]] std::optional<Record> from_age(std::int64_t sequence) const;
    // How many are older; counts by blocks of thousands.
    [[nodiscard]] std::size_t ahead_of(Record record) const;
    [[nodiscard]] std::int64_t first_sequence() const { return first_sequence_; }

private:
    struct Kept {
        Ticket ticket;
        std::int64_t sequence = free_record;
    };
    static constexpr std::int64_t free_record = INT64_MIN;
    static constexpr std::size_t records_per_block = 64;
    static constexpr std::size_t ages_per_block = 1024;
    static constexpr Record nobody = UINT32_MAX;
    // Who came as number first_sequence_ + i, and how many of a block still wait.
    struct Ages {
        std::array<Record, ages_per_block> records;
        std::uint32_t live = 0;
    };

    struct Sought {  // where a ticket is in the order of a region
        std::uint32_t region = 0;
        TicketKey key;
        std::size_t block = 0;
    };

    [[nodiscard]] const Kept& kept(Record record) const {
        return (*records_[record / records_per_block])[record % records_per_block];
    }
    [[nodiscard]] Kept& kept(Record record) {
        return (*records_[record / records_per_block])[record % records_per_block];
    }
    Record take_record();
    std::int64_t take_sequence(bool comes_back);
    void set_age(std::int64_t sequence, Record record);
    void trim_ages();

    // In blocks: an array that grows by moving would touch all that wait once more.
    std::vector<std::unique_ptr<std::array<Kept, records_per_block>>> records_;
    Record records_used_ = 0;
    std::vector<Record> free_;
    TicketIds by_id_;
    std::array<TicketOrder, regions_max> by_skill_;
    std::array<PartySizes, regions_max> sizes_;
    std::vector<Sought> sought_;  // scratch
    std::deque<Ages> ages_;
    std::int64_t first_sequence_ = 0;  // of the first block of ages
    std::int64_t next_ = 0;
    std::uint64_t players_ = 0;
};

}  // namespace playback::matchmaking
