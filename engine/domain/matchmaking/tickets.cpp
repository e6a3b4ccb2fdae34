#include "engine/domain/matchmaking/tickets.h"

#include "engine/base/check.h"

namespace playback::matchmaking {

std::optional<Tickets::Record> Tickets::add(const Ticket& ticket, bool comes_back) {
    CHECK(ticket.players > 0 && ticket.regions != 0);
    const bool is_new = free_.empty();
    const Record record = is_new ? static_cast<Record>(records_.size()) : free_.back();
    CHECK(record != nobody);
    if (!by_id_.insert(ticket.id, record)) return std::nullopt;
    const std::int64_t sequence = take_sequence(comes_back);
    if (is_new) {
        records_.push_back({ticket, sequence});
    } else {
        free_.pop_back();
        records_[record] = {ticket, sequence};
    }
    set_age(sequence, record);
    players_ += ticket.players;
    const TicketKey key{ticket.skill, record, sequence};
    for (std::uint32_t regions = ticket.regions; regions != 0;) {
        const std::uint32_t region = next_region(regions);
        by_skill_[region].insert(key);
        sizes_[region].add(ticket.players);
    }
    return record;
}

bool Tickets::remove(std::uint64_t id) {
    const Record* const found = by_id_.find(id);
    if (found == nullptr) return false;
    const Record record = *found;
    remove({&record, 1});
    return true;
}

// One structure after the other: what has to come from memory for one ticket comes while another's
// is waited for.
void Tickets::remove(std::span<const Record> records) {
    for (const Record record : records) CHECK(by_id_.erase(records_[record].ticket.id));
    for (const Record record : records) {
        const Kept& kept = records_[record];
        const TicketKey key = key_of(record);
        for (std::uint32_t regions = kept.ticket.regions; regions != 0;) {
            const std::uint32_t region = next_region(regions);
            by_skill_[region].erase(key);
            sizes_[region].remove(kept.ticket.players);
        }
    }
    for (const Record record : records) {
        Kept& kept = records_[record];
        CHECK(kept.sequence != free_record);
        set_age(kept.sequence, nobody);
        players_ -= kept.ticket.players;
        kept.sequence = free_record;
        free_.push_back(record);
    }
    trim_ages();
}

std::optional<Tickets::Record> Tickets::find(std::uint64_t id) const {
    const Record* const found = by_id_.find(id);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

TicketKey Tickets::key_of(Record record) const {
    const Kept& kept = records_[record];
    return {kept.ticket.skill, record, kept.sequence};
}

bool Tickets::is_still(Record record, std::int64_t sequence) const {
    return record < records_.size() && records_[record].sequence == sequence;
}

// --- ages ---

std::int64_t Tickets::take_sequence(bool comes_back) {
    const std::optional<Record> oldest = comes_back ? from_age(first_sequence_) : std::nullopt;
    return oldest ? records_[*oldest].sequence - 1 : next_++;
}

void Tickets::set_age(std::int64_t sequence, Record record) {
    constexpr auto per_block = static_cast<std::int64_t>(ages_per_block);
    if (ages_.empty()) {
        // Blocks begin at multiples, so that any number has one place.
        first_sequence_ = sequence >= 0 ? sequence / per_block * per_block
                                        : -((per_block - 1 - sequence) / per_block * per_block);
    }
    const auto add_block = [this](bool at_front) {
        Ages& block = at_front ? ages_.emplace_front() : ages_.emplace_back();
        block.records.fill(nobody);
    };
    while (sequence < first_sequence_) {
        add_block(true);
        first_sequence_ -= per_block;
    }
    const auto offset = static_cast<std::size_t>(sequence - first_sequence_);
    while (offset / ages_per_block >= ages_.size()) add_block(false);
    Ages& block = ages_[offset / ages_per_block];
    Record& place = block.records[offset % ages_per_block];
    if (place != nobody) --block.live;
    if (record != nobody) ++block.live;
    place = record;
}

void Tickets::trim_ages() {
    while (!ages_.empty() && ages_.front().live == 0) {
        ages_.pop_front();
        first_sequence_ += static_cast<std::int64_t>(ages_per_block);
    }
}

std::optional<Tickets::Record> Tickets::from_age(std::int64_t sequence) const {
    const std::int64_t from = sequence > first_sequence_ ? sequence - first_sequence_ : 0;
    const auto offset = static_cast<std::size_t>(from);
    std::size_t index = offset % ages_per_block;
    for (std::size_t block = offset / ages_per_block; block < ages_.size(); ++block, index = 0) {
        if (ages_[block].live == 0) continue;
        for (; index < ages_per_block; ++index)
            if (ages_[block].records[index] != nobody) return ages_[block].records[index];
    }
    return std::nullopt;
}

std::size_t Tickets::ahead_of(Record record) const {
    const auto offset = static_cast<std::size_t>(records_[record].sequence - first_sequence_);
    std::size_t count = 0;
    for (std::size_t block = 0; block < offset / ages_per_block; ++block)
        count += ages_[block].live;
    const Ages& own = ages_[offset / ages_per_block];
    for (std::size_t index = 0; index < offset % ages_per_block; ++index)
        if (own.records[index] != nobody) ++count;
    return count;
}

}  // namespace playback::matchmaking
