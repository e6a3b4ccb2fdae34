#include "sim/disk_content.h"

#include <algorithm>
#include <array>
#include <utility>

namespace playback::sim {
namespace {

void put_bytes(std::string& content, std::uint64_t offset, std::string_view bytes) {
    const std::size_t end = static_cast<std::size_t>(offset) + bytes.size();
    if (content.size() < end) content.resize(end, '\0');
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

enum class Fate : std::uint8_t { old_bytes, new_bytes, garbage };

struct Fates {
    bool garbage;
    Random& random;

    [[nodiscard]] Fate draw() const {
        const std::uint64_t drawn = random.below(8);
        if (garbage && drawn == 7) return Fate::garbage;
        return drawn % 2 == 0 ? Fate::old_bytes : Fate::new_bytes;
    }
};

// Writes `bytes` sector by sector, each with a fate of its own. What lies beside the written range
// in a sector is never harmed: disks promise as much (SQLite's power-safe overwrite).
void put_torn(std::string& content,
              std::uint64_t offset,
              std::string_view bytes,
              const Fates& fates,
              LossCounts& counts) {
    bool some_old = false;
    bool some_new = false;
    while (!bytes.empty()) {
        const std::uint64_t room = DiskContent::sector_bytes - offset % DiskContent::sector_bytes;
        const std::string_view part = bytes.substr(0, static_cast<std::size_t>(room));
        const Fate fate = fates.draw();
        if (fate == Fate::new_bytes) put_bytes(content, offset, part);
        if (fate == Fate::garbage) {
            std::array<char, DiskContent::sector_bytes> noise{};
            fates.random.fill(std::span(noise).first(part.size()));
            put_bytes(content, offset, std::string_view(noise.data(), part.size()));
            ++counts.garbage_sectors;
        }
        (fate == Fate::old_bytes ? some_old : some_new) = true;
        offset += part.size();
        bytes.remove_prefix(part.size());
    }
    ++(some_old && some_new ? counts.torn : some_new ? counts.kept : counts.lost);
}

// How much of a change gets through.
enum class Share : std::uint8_t { none, part, all };

Share share_of(Loss::Order order) {
    if (order == Loss::Order::nothing) return Share::none;
    return order == Loss::Order::everything ? Share::all : Share::part;
}

}  // namespace

Loss Loss::draw(Random& random, bool garbage) {
    constexpr std::array orders = {Order::nothing,
                                   Order::everything,
                                   Order::in_order,
                                   Order::in_order,
                                   Order::any_order,
                                   Order::any_order};
    Loss loss;
    loss.order = orders[random.below(orders.size())];
    loss.garbage = garbage && random.chance(1, 2);
    return loss;
}

void UnsyncedWrite::apply(std::string& content) const {
    if (is_truncation)
        content.resize(static_cast<std::size_t>(offset), '\0');
    else
        put_bytes(content, offset, bytes);
}

void DiskContent::add(Change change) {
    settle(change.stamp.now);
    change.apply(live_);
    dirty_bytes_ += change.bytes.size();
    changes_.push_back(std::move(change));
}

void DiskContent::write(Stamp stamp, std::uint64_t offset, std::string_view bytes) {
    add({{stamp.start, false, offset, std::string(bytes)}, stamp, false});
}

void DiskContent::write_in_part(Stamp stamp,
                                std::uint64_t offset,
                                std::string_view bytes,
                                Random& random) {
    const std::size_t end = static_cast<std::size_t>(offset) + bytes.size();
    std::string after = live_;
    LossCounts ignored;
    put_torn(after, offset, bytes, {false, random}, ignored);
    const std::size_t to = std::min(end, after.size());
    if (to <= offset) return;
    write(stamp,
          offset,
          std::string_view(after).substr(static_cast<std::size_t>(offset), to - offset));
}

void DiskContent::truncate(Stamp stamp, std::uint64_t size) {
    add({{stamp.start, true, size, {}}, stamp, false});
}

void DiskContent::sync(Stamp stamp) {
    settle(stamp.now);
    syncs_.push_back({stamp, first_number_ + changes_.size()});
}

void DiskContent::sync_failed(Stamp stamp, Loss loss, Random& random, LossCounts& counts) {
    // What is left is as durable as the rest: the cache and the platter agree again.
    const std::string left = survivors(stamp.start, loss, random, counts);
    const std::uint64_t size = left.size();
    add({{stamp.start, false, 0, left}, stamp, true});
    add({{stamp.start, true, size, {}}, stamp, true});
    sync(stamp);
}

void DiskContent::overwrite_silently(Instant now, std::uint64_t offset, std::string_view bytes) {
    settle(now);
    for (std::string* const content : {&live_, &durable_}) {
        if (offset >= content->size()) continue;
        const std::size_t room = content->size() - static_cast<std::size_t>(offset);
        put_bytes(*content, offset, bytes.substr(0, room));
    }
}

void DiskContent::restore(std::string_view bytes) {
    *this = DiskContent();
    live_ = bytes;
    durable_ = bytes;
}

void DiskContent::settle_first() {
    const Change& change = changes_.front();
    change.apply(durable_);
    dirty_bytes_ -= change.bytes.size();
    changes_.pop_front();
    ++first_number_;
}

// `now` must not lie after a possible crash: what is settled cannot be undone.
void DiskContent::settle(Instant now) {
    while (!syncs_.empty() && syncs_.front().stamp.end <= now) {
        while (first_number_ < syncs_.front().covers) settle_first();
        syncs_.pop_front();
    }
    while (dirty_bytes_ > dirty_bytes_max && changes_.front().stamp.end <= now) settle_first();
}

void DiskContent::undo_from(Instant at) {
    settle(at);
    while (!syncs_.empty() && syncs_.back().stamp.start >= at) syncs_.pop_back();
    bool undone = false;
    while (!changes_.empty() && changes_.back().stamp.start >= at) {
        dirty_bytes_ -= changes_.back().bytes.size();
        changes_.pop_back();
        undone = true;
    }
    if (!undone) return;
    live_ = durable_;
    for (const Change& change : changes_) change.apply(live_);
}

// How many of the changes a sync covers that is done at `at`.
std::size_t DiskContent::safe_at(Instant at) const {
    std::uint64_t covered = first_number_;
    for (const Sync& sync : syncs_)
        if (sync.stamp.end <= at) covered = std::max(covered, sync.covers);
    return static_cast<std::size_t>(covered - first_number_);
}

Unsynced DiskContent::unsynced(Instant at) const {
    Unsynced found{durable_, {}};
    const std::size_t safe = safe_at(at);
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        const Change& change = changes_[i];
        if (change.stamp.start >= at) break;
        if (i < safe || change.certain) {
            // What is certain outlives whatever was written before it.
            for (const UnsyncedWrite& before : found.writes) before.apply(found.platter);
            found.writes.clear();
            change.apply(found.platter);
            continue;
        }
        found.writes.push_back(static_cast<const UnsyncedWrite&>(change));
    }
    return found;
}

std::string DiskContent::survivors(Instant at,
                                   Loss loss,
                                   Random& random,
                                   LossCounts& counts) const {
    std::string content = durable_;
    const std::size_t safe = safe_at(at);
    const bool in_order = loss.order == Loss::Order::in_order && safe < changes_.size();
    const std::size_t torn = in_order ? safe + random.below(changes_.size() - safe) : 0;

    for (std::size_t i = 0; i < changes_.size(); ++i) {
        const Change& change = changes_[i];
        Share share = share_of(loss.order);
        if (in_order) share = i < torn ? Share::all : i == torn ? Share::part : Share::none;
        if (i < safe || change.certain) share = Share::all;
        if (share == Share::part && !change.is_truncation) {
            put_torn(content, change.offset, change.bytes, {loss.garbage, random}, counts);
            continue;
        }
        const bool whole = share == Share::all || (share == Share::part && random.chance(1, 2));
        if (i >= safe) ++(whole ? counts.kept : counts.lost);
        if (whole) change.apply(content);
    }
    return content;
}

void DiskContent::lose_power(Instant at, Loss loss, Random& random, LossCounts& counts) {
    undo_from(at);
    restore(survivors(at, loss, random, counts));
}

}  // namespace playback::sim
