#include "engine/kernel/channels.h"

#include <algorithm>

#include "engine/base/check.h"

namespace playback::kernel {

void Outbox::add(Envelope envelope) {
    std::deque<Kept>& kept = channels_[envelope.to_slot];
    envelope.previous = kept.empty() ? 0 : kept.back().envelope.sequence;
    CHECK(envelope.sequence > envelope.previous);
    kept.push_back({std::move(envelope), false});
}

std::optional<Envelope> Outbox::send(SlotNumber to_slot, std::uint64_t sequence) {
    for (Kept& kept : channels_[to_slot]) {
        if (kept.envelope.sequence != sequence) continue;
        kept.is_sent = true;
        return kept.envelope;
    }
    return std::nullopt;
}

std::vector<Envelope> Outbox::sent(SlotNumber to_slot) const {
    std::vector<Envelope> result;
    const auto it = channels_.find(to_slot);
    if (it == channels_.end()) return result;
    for (const Kept& kept : it->second) {
        if (!kept.is_sent) break;  // what follows travels when its row is durable
        result.push_back(kept.envelope);
        // What stood before the first one is acknowledged: nothing is missing there.
        if (result.size() == 1) result.back().previous = 0;
    }
    return result;
}

std::vector<std::uint64_t> Outbox::acknowledge(SlotNumber to_slot, std::uint64_t sequence) {
    std::vector<std::uint64_t> done;
    std::deque<Kept>& kept = channels_[to_slot];
    while (!kept.empty() && kept.front().envelope.sequence <= sequence) {
        CHECK(kept.front().is_sent);
        done.push_back(kept.front().envelope.sequence);
        kept.pop_front();
    }
    return done;
}

bool Outbox::done(SlotNumber to_slot, std::uint64_t sequence) const {
    const auto it = channels_.find(to_slot);
    if (it == channels_.end() || it->second.empty()) return true;
    return it->second.front().envelope.sequence > sequence;
}

std::vector<SlotNumber> Outbox::receivers() const {
    std::vector<SlotNumber> result;
    for (const auto& [slot, kept] : channels_) {
        if (!kept.empty()) result.push_back(slot);
    }
    return result;
}

std::vector<std::uint64_t> Outbox::sequences(SlotNumber to_slot) const {
    std::vector<std::uint64_t> result;
    const auto it = channels_.find(to_slot);
    if (it == channels_.end()) return result;
    for (const Kept& kept : it->second) result.push_back(kept.envelope.sequence);
    return result;
}

std::size_t Outbox::under_way_to(SlotNumber to_slot, const Address& to) const {
    const auto it = channels_.find(to_slot);
    if (it == channels_.end()) return 0;
    const auto goes_there = [&to](const Kept& kept) { return kept.envelope.to == to; };
    return static_cast<std::size_t>(
        std::count_if(it->second.begin(), it->second.end(), goes_there));
}

std::size_t Outbox::size() const {
    std::size_t count = 0;
    for (const auto& [slot, kept] : channels_) count += kept.size();
    return count;
}

Inbox::Arrival Inbox::arrive(Envelope envelope) {
    Channel& channel = channels_[envelope.from];
    if (envelope.sequence <= channel.applied) return Arrival::applied;
    const std::uint64_t last =
        channel.waiting.empty() ? channel.applied : channel.waiting.back().sequence;
    const bool is_behind_gap = envelope.previous > last;
    if (envelope.sequence <= last || is_behind_gap) return Arrival::ignored;
    channel.waiting.push_back(std::move(envelope));
    return Arrival::accepted;
}

const Envelope* Inbox::next(SlotNumber from) const {
    const auto it = channels_.find(from);
    return it == channels_.end() || it->second.waiting.empty() ? nullptr
                                                               : &it->second.waiting.front();
}

Envelope Inbox::take(SlotNumber from) {
    Channel& channel = channels_[from];
    CHECK(!channel.waiting.empty());
    Envelope envelope = std::move(channel.waiting.front());
    channel.waiting.pop_front();
    CHECK(envelope.sequence > channel.applied);
    channel.applied = envelope.sequence;
    return envelope;
}

std::vector<SlotNumber> Inbox::senders() const {
    std::vector<SlotNumber> result;
    for (const auto& [slot, channel] : channels_) {
        if (!channel.waiting.empty()) result.push_back(slot);
    }
    return result;
}

}  // namespace playback::kernel
