// Deployment: the director of one deployed version. It owns who sits in which lobby or match, and
// who looks for a match (omgservers.md 3.3 to 3.7, 6).
//
// Every input changes the facts (a client came or left, a runtime is ready or gone) and then lets
// `settle` bring about what should follow: clients of closed lobbies queue again, the queue is
// seated in order, lobbies are opened while too few are on their way and closed while too many are
// empty, and a closed deployment ends when nobody is left, or when the time is over that its config
// gives the last. A step settles at most steps_max things;
// the rest follows at once, and after a reload.
//
// A client queues by its id, so who came first is seated first, also after its lobby died. It gets
// a seat only in a ready lobby, each under a new assignment number; the player introduces it there.
// A seat is free again when the runtime has confirmed that the client is out, or is gone itself.
//
// A lobby asks for a match on behalf of its clients: a ticket waits in the matcher of its mode. Who
// is placed keeps its seat in the match while it leaves its lobby, and comes into the match when it
// is out; who is kicked from a match, or whose match dies, queues for a lobby again and goes before
// all others if it looks for that mode again soon.
//
// Invariants, also as runtimes see it: a client sits in at most one runtime; a lobby takes at most
// max_assignments, a match what its mode allows; nobody waits while a ready lobby has room.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/lobby/lobbies.h"
#include "engine/domain/lobby/match_runtimes.h"
#include "engine/domain/settings.h"
#include "engine/kernel/machine.h"

namespace playback::lobby {

inline constexpr std::size_t steps_max = 256;       // per input; the rest follows at once
inline constexpr std::uint32_t lobbies_max = 1024;  // per deployment, whatever its config says
// Per deployment; refused above. A pool of a million tickets must be possible in one.
inline constexpr std::size_t clients_max = std::size_t{1} << 20;

inline constexpr std::size_t matches_max = 4096;  // per deployment, whatever its config says
inline constexpr std::size_t party_clients_max = 256;

// A runtime that dies before it was ready for so long died young: the next is opened with a delay
// that grows, up to DomainSettings::retry_last, while they keep dying so.
inline constexpr Duration young_runtime = seconds(30);
// Whose match died goes before all others if it looks for a match of that mode within this time.
inline constexpr Duration rejoin_time = seconds(60);

struct DeploymentRow {  // written once
    OpenDeployment opened;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "opened", self.opened);
    }
};

// How runtimes of one kind fare.
struct Failures {
    std::uint32_t young = 0;  // that died young, lately
    Instant last_at;
    Instant open_not_before;  // the next one
    std::string last;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "young", self.young);
        v(2, "last_at", self.last_at);
        v(3, "open_not_before", self.open_not_before);
        v(4, "last", self.last);
    }
};

struct DirectorRow {
    DeploymentStatus status{};  // zero: there is no deployment
    Failures lobbies;
    Failures matches;
    Instant drained_by;  // of a closed one: when it ends with its clients; zero: never
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "status", self.status);
        v(2, "lobbies", self.lobbies);
        v(3, "matches", self.matches);
        v(4, "drained_by", self.drained_by);
    }
};

// The regions that tickets have named, by the bit that stands for each.
struct RegionsRow {
    std::vector<std::string> names;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "names", self.names);
    }
};

// Clients who look for a match together.
struct TicketRow {
    std::string mode;
    std::vector<ClientId> clients;
    Instant since;
    std::int32_t skill = 0;
    std::uint32_t regions = 1;  // bits, see RegionsRow
    bool comes_back = false;    // goes before all others
    std::uint64_t number = 0;   // what the runtime that is told calls it; zero: nothing
    RuntimeId told;             // who is told how it ends; zero: nobody
    Instant ends;               // if it has not been placed by then; zero: it waits for ever
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "mode", self.mode);
        v(2, "clients", self.clients);
        v(3, "since", self.since);
        v(4, "skill", self.skill);
        v(5, "regions", self.regions);
        v(6, "comes_back", self.comes_back);
        v(7, "number", self.number);
        v(8, "told", self.told);
        v(9, "ends", self.ends);
    }
};

struct ClientSeatRow {
    UserId user;
    bool opened = false;           // its mailbox exists
    bool leaving = false;          // ended; only keeps its seat until the runtime has let it go
    LobbyId lobby;                 // where it sits
    std::uint64_t assignment = 0;  // seats that it was given so far
    MatchId match;                 // with a lobby: will sit there; without: sits there
    MatchSeat seat;                // in the match
    bool moving = false;           // leaves where it sits, for the match or, without, the queue
    ClientId ticket;               // zero: looks for no match
    std::string rejoins;           // the mode of its match that died
    Instant rejoins_until;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "opened", self.opened);
        v(3, "lobby", self.lobby);
        v(4, "assignment", self.assignment);
        v(5, "leaving", self.leaving);
        v(6, "match", self.match);
        v(7, "group", self.seat.group);
        v(8, "skill", self.seat.skill);
        v(9, "region", self.seat.region);
        v(10, "moving", self.moving);
        v(11, "ticket", self.ticket);
        v(12, "rejoins", self.rejoins);
        v(13, "rejoins_until", self.rejoins_until);
    }
};

// What is counted of deployments, by where or why.
constexpr kernel::Measure assignments(std::string_view place) {
    return {"playback_assignments_total", "Seats given to clients", "place", place, true};
}
constexpr kernel::Measure matches_ended(std::string_view reason) {
    return {"playback_matches_ended_total", "Matches that had begun", "reason", reason, true};
}
constexpr kernel::Measure lobbies_ended(std::string_view reason) {
    return {"playback_lobbies_ended_total", "Lobbies that ended", "reason", reason, true};
}

class Deployment {
public:
    static constexpr kernel::Kind kind = kinds::deployment;
    static constexpr bool load_at_start = true;
    using Inputs = kernel::Inputs<OpenDeployment,
                                  CloseDeployment,
                                  DeleteDeployment,
                                  CreateClient,
                                  GetDeployment,
                                  RequestLobby,
                                  DeleteLobby,
                                  ClientOpened,
                                  ClientGone,
                                  RuntimeReady,
                                  RuntimeGone,
                                  KickClient,
                                  RequestMatchmaking,
                                  CancelMatchmaking,
                                  ShowMatchmaking,
                                  StopMatchmaking,
                                  RuntimeWaits,
                                  ClientRemoved,
                                  ContinueDeployment,
                                  CheckLobbies>;

    Deployment(const kernel::Address& self, const DomainSettings& settings)
        : self_{self.a}, settings_(settings) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    void loaded(kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool empty() const { return !exists(); }

    static constexpr std::array measures = {
        kernel::Measure{"playback_deployments", "Deployments that have not ended"},
        kernel::Measure{"playback_lobbies", "Lobbies", "state", "pending"},
        kernel::Measure{"playback_lobbies", "Lobbies", "state", "ready"},
        kernel::Measure{"playback_matches", "Matches that are not over"},
        kernel::Measure{"playback_tickets_waiting", "Tickets that look for a match"},
        kernel::Measure{"playback_clients_waiting", "Clients that wait for a seat in a lobby"},
        kernel::Measure{"playback_deployment_clients", "Clients of deployments"},
        assignments("lobby"),
        assignments("match"),
        kernel::Measure{.name = "playback_matches_started_total",
                        .help = "Matches whose runtime was ready",
                        .grows = true},
        matches_ended("empty"),
        matches_ended("runtime_lost"),
        matches_ended("deployment_ended"),
        lobbies_ended("closed"),
        lobbies_ended("runtime_lost")};
    void measure(kernel::Measured& out) const;

    void apply(const OpenDeployment&, kernel::Moment&, kernel::Effects&);
    void apply(const CloseDeployment&, kernel::Moment&, kernel::Effects&);
    void apply(const DeleteDeployment&, kernel::Moment&, kernel::Effects&);
    Result<ClientCreated> apply(const CreateClient&, kernel::Moment&, kernel::Effects&);
    Result<DeploymentDetails> apply(const GetDeployment&, kernel::Moment&, kernel::Effects&);
    Result<LobbyRequested> apply(const RequestLobby&, kernel::Moment&, kernel::Effects&);
    Result<LobbyDeleted> apply(const DeleteLobby&, kernel::Moment&, kernel::Effects&);
    void apply(const ClientOpened&, kernel::Moment&, kernel::Effects&);
    void apply(const ClientGone&, kernel::Moment&, kernel::Effects&);
    void apply(const RuntimeReady&, kernel::Moment&, kernel::Effects&);
    void apply(const RuntimeGone&, kernel::Moment&, kernel::Effects&);
    void apply(const KickClient&, kernel::Moment&, kernel::Effects&);
    void apply(const RequestMatchmaking&, kernel::Moment&, kernel::Effects&);
    void apply(const CancelMatchmaking&, kernel::Moment&, kernel::Effects&);
    void apply(const ShowMatchmaking&, kernel::Moment&, kernel::Effects&);
    void apply(const StopMatchmaking&, kernel::Moment&, kernel::Effects&);
    void apply(const RuntimeWaits&, kernel::Moment&, kernel::Effects&);
    void apply(const ClientRemoved&, kernel::Moment&, kernel::Effects&);
    void apply(const ContinueDeployment&, kernel::Moment&, kernel::Effects&);
    void apply(const CheckLobbies&, kernel::Moment&, kernel::Effects&);

private:
    // What has happened since it was loaded, for its measures alone.
    struct Counts {
        std::uint64_t seated_in_lobby = 0;
        std::uint64_t seated_in_match = 0;
        std::uint64_t matches_started = 0;
        std::uint64_t matches_empty = 0;
        std::uint64_t matches_lost = 0;
        std::uint64_t matches_undeployed = 0;
        std::uint64_t lobbies_closed = 0;
        std::uint64_t lobbies_lost = 0;
    };

    // One call of settle: what it may do and does it with.
    struct Step {
        kernel::Moment& moment;
        kernel::Effects& effects;
        std::size_t left = steps_max;
        Instant look_again = never;  // nothing to do before this but what inputs cause
        bool take() {
            if (left == 0) return false;
            --left;
            return true;
        }
    };

    // settling (deployment_settle.cpp)
    void settle(kernel::Moment& moment, kernel::Effects& effects);
    void empty_gone_lobbies(Step& step);
    void queue_again(LobbyId lobby, ClientId client, kernel::Effects& effects);
    void seat_waiting(Step& step);
    void open_lobbies(Step& step);
    void close_lobbies(Step& step);
    void end_if_over(Step& step);
    void delete_everything(Step& step);
    void introduce(ClientId client, LobbyId lobby, kernel::Effects& effects);
    [[nodiscard]] std::uint32_t lobbies_allowed() const;  // at most
    [[nodiscard]] std::uint32_t lobbies_wanted() const;   // at least, also empty ones
    LobbyId open_lobby(bool requested, kernel::Moment& moment, kernel::Effects& effects);
    void drop_lobby(LobbyId lobby, kernel::Effects& effects);
    // A runtime of `image` for this place, with the limits of the config.
    void open_runtime(RuntimePlace place,
                      RuntimeId runtime,
                      std::string image,
                      kernel::Effects& effects);

    // who looks for a match (deployment_tickets.cpp)
    using Tickets = std::map<ClientId, TicketRow>;
    void look_for_match(const RequestMatchmaking& request,
                        kernel::Moment& moment,
                        kernel::Effects& effects);
    [[nodiscard]] TicketReason refusal(const RequestMatchmaking& request);
    [[nodiscard]] bool sits_in(RuntimeId runtime, const SeatedClient& seated);
    [[nodiscard]] Tickets::iterator same_ticket(const RequestMatchmaking& request);
    void look_on(Tickets::iterator it,
                 const RequestMatchmaking& request,
                 kernel::Moment& moment,
                 kernel::Effects& effects);
    [[nodiscard]] TicketRow ticket_of(const RequestMatchmaking& request,
                                      const matchmaking::ModeRules& rules,
                                      kernel::Moment& moment,
                                      kernel::Effects& effects);
    [[nodiscard]] std::uint32_t regions_of(const RequestMatchmaking& request,
                                           std::uint32_t latency_max_ms,
                                           kernel::Effects& effects);
    // False, and nothing changed, if no match of the mode could ever take it.
    bool queue_ticket(TicketRow ticket, kernel::Effects& effects);
    // Forgets it, here and in its row.
    TicketRow take_ticket(Tickets::iterator it, kernel::Effects& effects);
    // It is looked for by nobody any more, and who is to hear of it is told.
    void end_ticket(Tickets::iterator it,
                    TicketState state,
                    TicketReason reason,
                    kernel::Effects& effects);
    // Others of its party go on looking.
    void leave_ticket(ClientId client, TicketReason reason, kernel::Effects& effects);
    void end_late_tickets(Step& step);
    // With its number and mode, if somebody is to be told.
    static void tell(ClientId client,
                     const TicketRow& ticket,
                     TicketWord word,
                     kernel::Effects& effects);
    void tell_standing(Tickets::iterator it, kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] TicketReason why_waiting(const MatchRuntimes::Mode& mode, Instant now) const;

    // matches (deployment_matches.cpp)
    void place_tickets(Step& step);
    void seat_ticket(const matchmaking::Placed& placed, kernel::Effects& effects);
    void introduce(ClientId client, MatchId match, kernel::Effects& effects);
    void empty_gone_matches(Step& step);
    void lose_match(ClientId client, kernel::Moment& moment, kernel::Effects& effects);
    void open_matches(Step& step);
    void open_match(const std::string& mode, kernel::Moment& moment, kernel::Effects& effects);
    void close_matches(Step& step);
    void drop_match(MatchId match, kernel::Effects& effects);
    // The client leaves where it sits, and goes on when it is out (ClientRemoved).
    void move_out(ClientId client, kernel::Effects& effects);
    void moved_out(ClientId client, kernel::Moment& moment, kernel::Effects& effects);
    void free_match_seat(ClientId client, kernel::Moment& moment, kernel::Effects& effects);
    void match_gone(const RuntimeGone& gone, kernel::Moment& moment, kernel::Effects& effects);
    void restore_matches(kernel::Moment& moment);
    [[nodiscard]] std::string image_of(ImageQualifier qualifier) const;
    [[nodiscard]] std::size_t matches_allowed() const;  // at most

    // What a runtime that died `ready_since` (never: it still booted) says of the next one.
    void note_failure(Failures& failures,
                      std::optional<Instant> ready_since,
                      const std::string& reason,
                      kernel::Moment& moment);

    // The client has ended: out of its runtime, then out of here.
    void let_go(ClientId client, kernel::Moment& moment, kernel::Effects& effects);
    void forget(ClientId client, kernel::Moment& moment, kernel::Effects& effects);
    // Living: nullptr for one that is unknown or only leaving.
    [[nodiscard]] ClientSeatRow* living(ClientId client);
    void put_client(ClientId client, kernel::Effects& effects) const;
    void put_lobby(LobbyId lobby, kernel::Effects& effects) const;
    void put_match(MatchId match, kernel::Effects& effects) const;
    void put_director(kernel::Effects& effects) const;
    void adopt_config();

    [[nodiscard]] bool exists() const { return director_.status != DeploymentStatus{}; }
    [[nodiscard]] bool ending() const { return director_.status == DeploymentStatus::deleting; }
    [[nodiscard]] const OpenDeployment& opened() const { return spec_.opened; }

    const DeploymentId self_;
    const DomainSettings& settings_;
    DeploymentRow spec_;
    DirectorRow director_;
    RegionsRow regions_;
    Lobbies lobbies_;
    MatchRuntimes matches_;
    Tickets tickets_;                              // by the first client
    std::set<std::pair<Instant, ClientId>> ends_;  // tickets that do not wait for ever
    std::map<ClientId, ClientSeatRow> clients_;
    std::set<ClientId> waiting_;  // opened and without a seat
    std::size_t opening_ = 0;     // not opened yet
    std::size_t leaving_ = 0;
    Counts counts_;
};

}  // namespace playback::lobby
