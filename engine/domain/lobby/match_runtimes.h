// MatchRuntimes: the matches of one deployment and who plays in which, without any effect.
//
// Each mode has a matcher (matchmaking/matcher.h), which knows the matches that can be joined:
// ready and stopped ones. Here they are from the boot of their runtime to its end. A match has the
// number of its runtime as its id.
//
// Invariants: a match that is pending or closed is unknown to its matcher; `idle` holds exactly the
// matches that are not closed and in which nobody is, on the way in or out included.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/describe.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/matchmaking/matcher.h"
#include "engine/domain/matchmaking/wait_estimate.h"

namespace playback::lobby {

struct MatchRow {
    std::string mode;
    MatchStatus status = MatchStatus::pending;
    Instant created;
    Instant ready_at;
    Instant idle_since;           // nobody plays there
    bool gone = false;            // closed, and the runtime is no more
    bool waits_for_room = false;  // pending: no container host has room for it
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "mode", self.mode);
        v(2, "status", self.status);
        v(3, "created", self.created);
        v(4, "ready_at", self.ready_at);
        v(5, "gone", self.gone);
        v(6, "idle_since", self.idle_since);
        v(7, "waits_for_room", self.waits_for_room);
    }
};

struct PlayedMatch {
    MatchRow row;
    std::set<ClientId> clients;
};

// What a match knows of one client.
struct MatchSeat {
    std::uint16_t group = 0;
    std::int32_t skill = 0;
    std::uint32_t region = 0;
};

// Was its runtime ready, and has it not ended yet?
[[nodiscard]] inline bool has_begun(const MatchRow& row) {
    return row.status != MatchStatus::pending && row.status != MatchStatus::closed;
}

class MatchRuntimes {
public:
    struct Mode {
        explicit Mode(matchmaking::ModeRules rules) : matcher(std::move(rules)) {}
        matchmaking::Matcher matcher;
        matchmaking::WaitEstimate estimate;
        std::uint32_t pending = 0;   // matches that boot
        std::uint32_t roomless = 0;  // of these, those that wait for a host with room
        std::uint32_t warm = 0;      // matches that there are at least

        // Matches that wait for players, or will when they have booted; and all that are open.
        [[nodiscard]] std::size_t waiting() const {
            return matcher.matches().empty_count() + pending;
        }
        [[nodiscard]] std::size_t open() const { return matcher.matches().open_count() + pending; }
    };
    using Modes = std::map<std::string, Mode, std::less<>>;

    // Of several modes of one name the first counts.
    void set_modes(const std::vector<matchmaking::ModeRules>& modes,
                   const std::vector<WarmMatches>& warm);
    [[nodiscard]] Modes& modes() { return modes_; }
    [[nodiscard]] Mode* find_mode(std::string_view name);
    // Of the deployment's own past: its config never changes.
    [[nodiscard]] Mode& mode_of(const MatchRow& row);
    [[nodiscard]] std::string group_name(MatchId id, std::uint16_t group);

    void add(MatchId id, MatchRow row);
    void remove(MatchId id);  // nobody is there
    void set_ready(MatchId id, Instant now);
    // False if it is not pending, or that is known.
    bool set_waits_for_room(MatchId id, bool waits);
    void set_stopped(MatchId id);
    void set_closed(MatchId id, bool gone);

    // The matcher has placed the client.
    void seat(MatchId id, ClientId client);
    // True if its row is another by that.
    bool unseat(MatchId id, ClientId client, const MatchSeat& seat, Instant now);
    // After a reload, when all rows are there: the matchers learn of matches and players.
    void restore(MatchId id);
    void restore(MatchId id, ClientId client, const MatchSeat& seat);

    [[nodiscard]] const PlayedMatch* find(MatchId id) const;
    [[nodiscard]] const std::map<MatchId, PlayedMatch>& all() const { return matches_; }
    [[nodiscard]] const std::set<MatchId>& idle() const { return idle_; }
    [[nodiscard]] const std::set<MatchId>& gone() const { return gone_; }
    // Does anybody play, or is on the way in or out?
    [[nodiscard]] bool is_anybody_there() const { return players_ > 0; }

private:
    PlayedMatch& must_find(MatchId id);
    // Takes the match out of the indexes, and back in after a change.
    void forget(MatchId id, const PlayedMatch& match);
    void index(MatchId id, const PlayedMatch& match);
    [[nodiscard]] static bool is_joinable(MatchStatus status) {
        return status == MatchStatus::ready || status == MatchStatus::stopped;
    }

    Modes modes_;
    std::map<MatchId, PlayedMatch> matches_;
    std::set<MatchId> idle_;
    std::set<MatchId> gone_;
    std::size_t players_ = 0;
};

}  // namespace playback::lobby
