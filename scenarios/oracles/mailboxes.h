// MailboxOracle: the session guarantees of a mailbox, for the one reader that each has.
//
//   mailbox-order      an answer brings messages in the order of their ids, each once
//   mailbox-gap-free   what is new is newer than all that came before: nothing slips in behind
//   mailbox-no-return  what was consumed does not come back, but for a node that crashed meanwhile
//   mailbox-stays      what was not consumed is in the next answer, and first
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class MailboxOracle {
public:
    MailboxOracle(Court& court, std::string_view entity) : court_(court), entity_(entity) {}

    // A call leaves that consumes these; whatever its outcome, they may be gone from now on.
    void consuming(std::uint64_t owner, std::span<const std::uint64_t> consumed);
    // A call that consumed these was answered with those. The owner has one such call at a time.
    void answered(std::uint64_t owner,
                  std::span<const std::uint64_t> consumed,
                  std::span<const std::uint64_t> ids);
    // The node crashed, or lost a batch: consumption that was not stored yet is undone.
    void store_disturbed() { disturbed_at_ = court_.now(); }
    void store_is_disturbed(bool is_disturbed) {
        is_disturbed_ = is_disturbed;
        store_disturbed();
    }

private:
    struct Box {
        std::uint64_t newest = 0;                   // that was ever seen
        std::set<std::uint64_t> waiting;            // seen, and named by no call
        std::map<std::uint64_t, Instant> named;     // by a call without an answer, that left then
        std::map<std::uint64_t, Instant> consumed;  // by a call that was answered, and left then
    };

    void look_at(std::uint64_t owner, Box& box, std::uint64_t id);

    Court& court_;
    std::string_view entity_;
    std::map<std::uint64_t, Box> boxes_;
    Instant disturbed_at_;
    bool is_disturbed_ = false;
};

}  // namespace playback::scenarios
