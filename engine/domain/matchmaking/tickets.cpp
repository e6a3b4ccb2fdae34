#include "engine/domain/matchmaking/tickets.h"

#include "engine/base/check.h"

namespace playback::matchmaking {
namespace {

TicketKey key_of(const Ticket& ticket, std::int64_t sequence) {
    return {ticket.skill, static_cast<TicketAge>(sequence), ticket.players};
}

}  // namespace

std::optional<Tickets::Record> Tickets::add(const Ticket& ticket, bool comes_back) {
    CHECK(ticket.players > 0 && ticket.regions != 0);
    if (find(ticket.id)) return std::nullopt;
    const Record record = take_record();
    const std::int64_t sequence = take_sequence(comes_back);
    by_id_.insert(ticket.id, record);
    kept(record) = {ticket, sequence};
    set_age(sequence, record);
    players_ += ticket.players;
    const TicketKey key = key_of(ticket, sequence);
    for (std::uint32_t regions = ticket.regions; regions != 0;) {
        const std::uint32_t region = next_region(regions);
        by_skill_[region].insert(key);
        sizes_[region].add(ticket.players);
    }
    return record;
}

Tickets::Record Tickets::take_record() {
    if (!free_.empty()) {
        const Record record = free_.back();
        free_.pop_back();
        return record;
    }
    CHECK(records_used_ != nobody);
    if (records_used_ % records_per_block == 0)
        records_.push_back(std::make_unique<std::array<Kept, records_per_block>>());
    return records_used_++;
}

bool Tickets::remove(std::uint64_t id) {
    const std::optional<Record> record = find(id);
    if (record) remove({&*record, 1});
    return record.has_value();
}

// One structure after the other: what has to come from memory for one ticket comes while another's
// is waited for.
void Tickets::remove(std::span<const Record> records) {
    sought_.clear();
    for (const Record record : records) {
        const Ticket& ticket = at(record);
        by_id_.prefetch(ticket.id);
        const TicketKey key = key_of(ticket, sequence_of(record));
        for (std::uint32_t regions = ticket.regions; regions != 0;) {
            const std::uint32_t region = next_region(regions);
            sought_.push_back({region, key, by_skill_[region].seek(key)});
        }
    }
    for (const Record record : records) by_id_.erase(at(record).id, record);
    for (const Sought& sought : sought_) {
        by_skill_[sought.region].erase(sought.key, sought.block);
        sizes_[sought.region].remove(sought.key.players);
    }
    for (const Record record : records) {
        Kept& kept = this->kept(record);
        CHECK(kept.sequence != free_record);
        set_age(kept.sequence, nobody);
        players_ -= kept.ticket.players;
        kept.sequence = free_record;
        free_.push_back(record);
    }
    trim_ages();
}

std::optional<Tickets::Record> Tickets::find(std::uint64_t id) const {
    return by_id_.find(id, [&](Record record) { return at(record).id == id; });
}

bool Tickets::is_still(Record record, std::int64_t sequence) const {
    return record < records_used_ && kept(record).sequence == sequence;
}

// --- ages ---

std::int64_t Tickets::take_sequence(bool comes_back) {
    CHECK(next_ - first_sequence_ < INT32_MAX);  // see TicketAge
    const std::optional<Record> oldest = comes_back ? from_age(first_sequence_) : std::nullopt;
    return oldest ? sequence_of(*oldest) - 1 : next_++;
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
    const auto offset = static_cast<std::size_t>(kept(record).sequence - first_sequence_);
    std::size_t count = 0;
    for (std::size_t block = 0; block < offset / ages_per_block; ++block)
        count += ages_[block].live;
    const Ages& own = ages_[offset / ages_per_block];
    for (std::size_t index = 0; index < offset % ages_per_block; ++index)
        if (own.records[index] != nobody) ++count;
    return count;
}

}  // namespace playback::matchmaking
