// Matcher: who plays with whom, in one mode: a pure state machine without time or chance of its
// own.
//
// Tickets wait, matches are opened by whoever owns the matcher, and `step` puts tickets into
// matches: into one in which people play and there is room (the fewest players first), else a whole
// set at once, with the minimum of the mode and of each group, into the oldest empty one. Among
// equals the oldest ticket goes first.
//
// A step looks at no more than it is told to, and only where something has changed: at new tickets,
// at tickets whose skill window has grown, at a match that somebody left, and, when a match has
// become free, at all that wait, the oldest first. What is left follows in the next step.
//
// Invariants: no match above a maximum, none begun below a minimum, a ticket in one match at most,
// none lost: it waits until it is placed or cancelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/domain/matchmaking/matches.h"
#include "engine/domain/matchmaking/mode_rules.h"
#include "engine/domain/matchmaking/tickets.h"

namespace playback::matchmaking {

struct Placed {
    std::uint64_t ticket = 0;
    MatchId match;
    std::uint16_t group = 0;  // of the mode's groups
    friend bool operator==(const Placed&, const Placed&) = default;
};

enum class Added : std::uint8_t {
    waiting,
    known,       // a ticket of this id waits already
    never_fits,  // no match of this mode could take it, whoever else comes
};

class Matcher {
public:
    explicit Matcher(ModeRules rules);
    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;

    [[nodiscard]] const ModeRules& rules() const { return rules_; }

    // `comes_back`: its match died; it goes before all that wait.
    Added add(const Ticket& ticket, bool comes_back = false);
    // False if it does not wait (any more).
    bool cancel(std::uint64_t ticket);

    // The match can be joined now; nobody is there.
    void open_match(MatchId match);
    // After a reload: somebody plays there; a ticket waited, the oldest first but for those that
    // come back. All are looked at once more, after what is new.
    void restore_player(MatchId match, const Ticket& ticket, std::uint16_t group);
    void restore_ticket(const Ticket& ticket, bool comes_back, Instant now);
    // Takes nobody any more; its players stay until they leave.
    void close_match(MatchId match);
    void remove_match(MatchId match);
    void leave(MatchId match, std::uint16_t group, std::uint32_t players);

    // Places tickets, having looked at `looks` tickets and matches at most (and some more, to
    // finish a set). True if there is more to look at now.
    bool step(Instant now, std::size_t looks, std::vector<Placed>& placed);
    // Is there more to look at now?
    [[nodiscard]] bool has_more(Instant now) const;
    // When a window grows next; `never` if none does.
    [[nodiscard]] Instant next_look() const;

    // The place of a waiting ticket by age: 1 is the oldest. Nothing if it does not wait.
    [[nodiscard]] std::optional<std::size_t> position(std::uint64_t ticket) const;
    // How many matches should wait for players: none if nobody waits for them.
    [[nodiscard]] std::uint32_t empty_wanted() const;
    [[nodiscard]] const Tickets& tickets() const { return tickets_; }
    [[nodiscard]] const Matches& matches() const { return matches_; }

private:
    using Record = Tickets::Record;
    struct Look {  // at this ticket, if it still waits
        Record record = 0;
        std::int64_t sequence = 0;
    };
    struct GrownLook {
        Instant at;
        Look look;
        // The earliest is on top of a std::priority_queue.
        friend bool operator<(const GrownLook& a, const GrownLook& b) {
            return a.at != b.at ? a.at > b.at : a.look.sequence > b.look.sequence;
        }
    };
    // What one step has left, and what it does.
    struct Step {
        Instant now;
        std::size_t looks = 0;
        std::vector<Placed>& placed;
        bool look() {
            if (looks == 0) return false;
            --looks;
            return true;
        }
    };
    [[nodiscard]] bool may_fit(const Ticket& ticket);
    void look_at(const Look& look, Step& step);
    void look_at_grown(Step& step);
    void sweep_all();
    void sweep(Step& step);
    void fill(MatchId match, Step& step);
    // Into a match with players.
    bool join(Record record, Step& step);
    // A set around this ticket, into an empty match.
    bool form(Record record, Step& step);
    bool form_in(std::uint32_t region, Record record, Step& step);
    [[nodiscard]] std::optional<std::uint16_t> seat_in(const Match& match,
                                                       const Ticket& ticket,
                                                       Instant now) const;
    // Who comes into a match together is found first: placing changes the order of those who wait.
    void clear_set();
    void take(Record record, const Matches::Seat& seat);
    void place_set(MatchId match, std::uint32_t region, Step& step);
    void look_when_grown(Record record, Instant now);
    [[nodiscard]] std::uint32_t window_of(const Ticket& ticket, Instant now) const;

    ModeRules rules_;
    Tickets tickets_;
    Matches matches_;
    SetSizes set_sizes_;
    SizeMask fitting_ = 0;  // sizes of parties that are known to fit into an empty match
    std::deque<Look> new_;
    std::deque<MatchId> left_;      // matches that somebody left
    std::deque<MatchId> restored_;  // matches in which somebody played before a reload
    // In a deque: a vector that grows would move all of them, a wait that somebody notices.
    std::priority_queue<GrownLook, std::deque<GrownLook>> grown_;
    std::optional<std::int64_t> sweep_from_;  // the age from which the round goes on
    bool sweep_again_ = false;                // another round follows
    // Scratch: who comes into which group of a match.
    std::vector<Record> set_;
    std::vector<Matches::Seat> seats_;  // of each
    Roster roster_;
};

}  // namespace playback::matchmaking
