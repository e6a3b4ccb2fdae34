#include "scenarios/oracles/mailboxes.h"

#include <string>

namespace playback::scenarios {

void MailboxOracle::consuming(std::uint64_t owner, std::span<const std::uint64_t> consumed) {
    Box& box = boxes_[owner];
    for (const std::uint64_t id : consumed) {
        const bool is_known = box.waiting.erase(id) != 0 || box.named.contains(id);
        if (is_known) box.named[id] = court_.now();
    }
}

void MailboxOracle::answered(std::uint64_t owner,
                             std::span<const std::uint64_t> consumed,
                             std::span<const std::uint64_t> ids) {
    Box& box = boxes_[owner];
    for (const std::uint64_t id : consumed) {
        const auto named = box.named.find(id);
        if (named == box.named.end()) continue;
        // The node may have crashed between its answer and us.
        box.consumed.insert_or_assign(id, named->second);
        box.named.erase(named);
    }
    if (!box.waiting.empty()) {
        const std::uint64_t first = *box.waiting.begin();
        court_.demand(!ids.empty() && ids.front() <= first, "mailbox-stays", entity_, [&] {
            return "message " + std::to_string(first) + " of " + std::to_string(owner) +
                   " is gone, and nobody consumed it";
        });
    }
    std::uint64_t last = 0;
    for (const std::uint64_t id : ids) {
        court_.demand(id > last, "mailbox-order", entity_, [&] {
            return "message " + std::to_string(id) + " of " + std::to_string(owner) +
                   " comes after " + std::to_string(last) + " in one answer";
        });
        last = id;
        look_at(owner, box, id);
    }
}

void MailboxOracle::look_at(std::uint64_t owner, Box& box, std::uint64_t id) {
    if (id > box.newest) {
        box.newest = id;
        box.waiting.insert(id);
        return;
    }
    if (box.waiting.contains(id) || box.named.contains(id)) return;
    const auto done = box.consumed.find(id);
    if (done != box.consumed.end()) {
        const bool may_return = is_disturbed_ || disturbed_at_ >= done->second;
        court_.demand(may_return, "mailbox-no-return", entity_, [&] {
            return "message " + std::to_string(id) + " of " + std::to_string(owner) +
                   " was consumed and came back";
        });
        return;
    }
    court_.demand(false, "mailbox-gap-free", entity_, [&] {
        return "message " + std::to_string(id) + " of " + std::to_string(owner) +
               " came for the first time after " + std::to_string(box.newest);
    });
}

}  // namespace playback::scenarios
