// Deployment: the director of one deployed version. It owns who sits in which lobby
// (omgservers.md 3.3 to 3.7).
//
// Every input changes the facts (a client came or left, a runtime is ready or gone) and then lets
// `settle` bring about what should follow: clients of closed lobbies queue again, the queue is
// seated in order, lobbies are opened while too few are on their way and closed while too many are
// empty, and a closed deployment ends when nobody is left. A step settles at most steps_max things;
// the rest follows at once, and after a reload.
//
// A client queues by its id, so who came first is seated first, also after its lobby died. It gets
// a seat only in a ready lobby, each under a new assignment number; the player introduces it there.
// A seat is free again when the runtime has confirmed that the client is out, or is gone itself.
// Invariants, also as runtimes see it: a client sits in at most one lobby; a lobby takes at most
// max_assignments; nobody waits while a ready lobby has room.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/lobby/lobbies.h"
#include "engine/domain/settings.h"
#include "engine/kernel/machine.h"

namespace playback::lobby {

inline constexpr std::size_t steps_max = 256;        // per input; the rest follows at once
inline constexpr std::uint32_t lobbies_max = 1024;   // per deployment, whatever its config says
inline constexpr std::size_t clients_max = 100'000;  // per deployment; refused above

// A lobby that dies before it was ready for so long died young: the next is opened with a delay
// that grows, up to DomainSettings::retry_last, while they keep dying so.
inline constexpr Duration young_lobby = seconds(30);

struct DeploymentRow {  // written once
    OpenDeployment opened;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "opened", self.opened);
    }
};

struct DirectorRow {
    DeploymentStatus status{};   // zero: there is no deployment
    std::uint32_t failures = 0;  // lobbies that died young, lately
    Instant last_failure_at;
    Instant open_not_before;  // the next lobby
    std::string last_failure;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "status", self.status);
        v(2, "failures", self.failures);
        v(3, "last_failure_at", self.last_failure_at);
        v(4, "open_not_before", self.open_not_before);
        v(5, "last_failure", self.last_failure);
    }
};

struct ClientSeatRow {
    UserId user;
    bool opened = false;           // its mailbox exists
    bool leaving = false;          // ended; only keeps its seat until the runtime has let it go
    LobbyId lobby;                 // zero: waits
    std::uint64_t assignment = 0;  // seats that it was given so far
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "opened", self.opened);
        v(3, "lobby", self.lobby);
        v(4, "assignment", self.assignment);
        v(5, "leaving", self.leaving);
    }
};

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
                                  ClientRemoved,
                                  ContinueDeployment,
                                  CheckLobbies>;

    Deployment(const kernel::Address& self, const DomainSettings& settings)
        : self_{self.a}, settings_(settings) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    void loaded(kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool empty() const { return !exists(); }

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
    void apply(const ClientRemoved&, kernel::Moment&, kernel::Effects&);
    void apply(const ContinueDeployment&, kernel::Moment&, kernel::Effects&);
    void apply(const CheckLobbies&, kernel::Moment&, kernel::Effects&);

private:
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
    void note_failure(const Lobby& lobby, const std::string& reason, kernel::Moment& moment);

    // The client has ended: out of its runtime, then out of here.
    void let_go(ClientId client, kernel::Effects& effects);
    void forget(ClientId client, kernel::Effects& effects);
    // Living: nullptr for one that is unknown or only leaving.
    [[nodiscard]] ClientSeatRow* living(ClientId client);
    void put_client(ClientId client, kernel::Effects& effects) const;
    void put_lobby(LobbyId lobby, kernel::Effects& effects) const;
    void put_director(kernel::Effects& effects) const;
    void adopt_config();

    [[nodiscard]] bool exists() const { return director_.status != DeploymentStatus{}; }
    [[nodiscard]] bool ending() const { return director_.status == DeploymentStatus::deleting; }
    [[nodiscard]] const OpenDeployment& opened() const { return spec_.opened; }
    [[nodiscard]] std::string lobby_image() const;

    const DeploymentId self_;
    const DomainSettings& settings_;
    DeploymentRow spec_;
    DirectorRow director_;
    Lobbies lobbies_;
    std::map<ClientId, ClientSeatRow> clients_;
    std::set<ClientId> waiting_;  // opened and without a seat
    std::size_t opening_ = 0;     // not opened yet
    std::size_t leaving_ = 0;
};

}  // namespace playback::lobby
