// LobbyJudge: the invariants of the lobby, checked on every event that a client can see.
//
// It keeps the reference model: who was promised what. While the run goes on it checks safety; once
// the faults have stopped and the world had time to settle, `check_settled` demands liveness. What
// was lost with a runtime that died is excused; nothing else is. The same judge listens to a
// simulated run and to a load on a real node.
//
// Its own invariants (docs/simulation.md has all in words): no-lost-message, message-order,
// no-duplicate, one-runtime, one-life, greeting-first, all-assigned, profile-never-older,
// no-foreign-role, no-foreign-client, account-kept, no-early-end. The others belong to the oracles
// (scenarios/oracles), which hear what it hears.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "scenarios/actors/observer.h"
#include "scenarios/oracles/answers.h"
#include "scenarios/oracles/containers.h"
#include "scenarios/oracles/court.h"
#include "scenarios/oracles/histories.h"
#include "scenarios/oracles/hosts.h"
#include "scenarios/oracles/ids.h"
#include "scenarios/oracles/lives.h"
#include "scenarios/oracles/mailboxes.h"
#include "scenarios/oracles/obligations.h"
#include "scenarios/oracles/rollouts.h"
#include "scenarios/oracles/rooms.h"
#include "scenarios/oracles/seats.h"
#include "scenarios/oracles/tickets.h"
#include "sim/watch.h"

namespace playback::scenarios {

struct JudgeOptions {
    // The client inactivity interval of the node: nobody who was active more recently may be ended.
    Duration client_inactive = seconds(30);
    std::function<Instant()> now;
    // (invariant, entity kind, message)
    std::function<void(std::string, std::string, std::string)> report;
    std::function<void(std::string_view)> checked;
    // False: only players are heard of (a load on a real node). Then a message and its answer are
    // judged as one: what was acknowledged must be answered, unless the client was moved to another
    // runtime since; answers come in order; and none comes more often than its message was sent, as
    // long as no call was lost (a runtime may have lost one too, and said its answer again).
    bool sees_runtimes = true;

    // What else is known of the world; by default nothing.
    std::uint32_t lobby_capacity = 0;  // seats; 0: not known
    bool has_matches = false;
    Duration drain;  // of deployments that a newer one closes; zero: until they are empty
    Duration runtime_inactive = seconds(10);
    Duration purge_after = seconds(60);      // how long the mailbox of an ended client is kept
    Duration request_timeout = seconds(30);  // from the first byte of a request to its last
    Duration wall_error_max;                 // of the node's wall clock
    // A drain of that host was acknowledged: somebody is to ask the node what is placed there, and
    // to tell `host_lists` with that number.
    std::function<void(std::size_t host, std::uint64_t draining)> drained;
    Disturbed disturbed;  // not given: nothing is owed in time
};

class LobbyJudge final : public Observer {
public:
    explicit LobbyJudge(JudgeOptions options);

    // From the host of containers: a container of this runtime starts; its process ended (killed,
    // crashed, stopped).
    void container_started(std::uint64_t runtime, std::uint64_t attempt, std::uint64_t version);
    void runtime_died(std::uint64_t runtime);
    // The same start, on the host of that number; and what the node has placed on one that drains.
    void container_started_on(std::size_t host, std::uint64_t runtime) {
        hosts_.started(host, runtime);
    }
    void host_lists(std::size_t host, std::uint64_t draining, std::set<std::uint64_t> runtimes) {
        hosts_.placed(host, draining, std::move(runtimes));
    }
    // From the node's machine: it crashed now; its disk fails from now on, or does no more.
    void node_crashed();
    void disk_fails(bool fails);
    // Now and then, for what is noticed by nobody: containers that stay.
    void look_around() { containers_.look(); }
    // When all is over: were the histories of single objects possible?
    void judge_histories();
    // A living client of somebody else, or 0.
    [[nodiscard]] std::uint64_t foreign_client(std::uint64_t user) const;
    // The nth newest deployment that clerks opened; 0 if there is none.
    [[nodiscard]] std::uint64_t newest_deployment(std::uint64_t nth) const {
        return deployments_.newest(nth);
    }

    // From now on only what these players were promised must still come true (safety holds for
    // all): the others are cut off for good.
    void owe_only(std::function<bool(std::uint32_t player)> owed) { owed_ = std::move(owed); }

    // After the faults have stopped: is everything delivered and everybody seated?
    [[nodiscard]] bool is_settled() const;
    // Reports what is not, as violations of liveness.
    void check_settled();

    [[nodiscard]] std::uint64_t calls() const { return calls_; }
    [[nodiscard]] std::uint64_t failed_calls() const { return failed_calls_; }
    [[nodiscard]] std::uint64_t messages_delivered() const { return delivered_; }
    [[nodiscard]] std::map<std::string, std::uint64_t> checks() const { return court_.checks(); }
    [[nodiscard]] std::uint64_t living_clients() const;
    [[nodiscard]] std::uint64_t room_frames() const { return rooms_.frames(); }
    [[nodiscard]] std::uint64_t clients_made() const { return clients_.size(); }
    [[nodiscard]] std::uint64_t users_made() const { return users_.size(); }
    // What it knows, for reports (judge_state.cpp).
    void add_state(std::vector<sim::EntityState>& state) const;
    // Without runtimes: acknowledged messages whose answer never came, and whose client was moved.
    [[nodiscard]] std::uint64_t excused_messages() const;

    // Observer
    [[nodiscard]] Instant moment() const override { return court_.now(); }
    void user_wanted(std::uint32_t player) override { wanted_users_[player] = court_.now(); }
    void called(std::string_view what, int status) override;
    void signed_up(std::uint32_t player, std::uint64_t user) override;
    void login_refused(std::uint32_t player, std::uint64_t user, int status) override;
    void client_wanted(std::uint64_t user) override;
    void client_created(std::uint32_t player, std::uint64_t user, std::uint64_t client) override;
    void greeted(std::uint64_t client) override;
    void assigned(std::uint64_t client, std::uint64_t runtime) override;
    void client_calling(std::uint64_t client) override;
    void client_active(std::uint64_t client) override;
    void client_ended(std::uint64_t client, std::string_view why) override;
    void client_left(std::uint64_t client) override;
    void said(std::uint64_t client, std::uint64_t serial) override;
    void say_acknowledged(std::uint64_t client, std::uint64_t serial) override;
    void heard(std::uint64_t client, std::uint64_t message, std::uint64_t serial) override;
    void runtime_started(std::uint64_t runtime) override;
    void runtime_ended(std::uint64_t runtime) override;
    void client_joined(std::uint64_t runtime,
                       std::uint64_t client,
                       std::uint64_t user,
                       std::uint64_t profile_version) override;
    void match_opened(std::uint64_t runtime, std::string_view mode) override {
        seats_.match_opened(runtime, mode);
        tickets_.match_opened(runtime);
    }
    void ticket_asked(const TicketAsked& asked) override { tickets_.asked(asked); }
    void ticket_acknowledged(std::uint64_t runtime, std::uint64_t number) override {
        tickets_.acknowledged(runtime, number);
    }
    void ticket_told(const TicketTold& told) override { tickets_.told(told); }
    void group_joined(std::uint64_t runtime,
                      std::uint64_t client,
                      std::string_view group) override {
        seats_.group_joined(runtime, client, group);
    }
    void may_leave(std::uint64_t runtime, std::uint64_t client) override {
        seats_.may_leave(runtime, client);
    }
    void client_removed(std::uint64_t runtime, std::uint64_t client) override;
    void received(std::uint64_t runtime, std::uint64_t client, std::uint64_t serial) override;
    void answered(std::uint64_t runtime, std::uint64_t client, std::uint64_t serial) override;
    void answer_acknowledged(std::uint64_t runtime,
                             std::uint64_t client,
                             std::uint64_t serial) override;
    void profile_tried(std::uint64_t user, std::uint64_t version) override;
    void profile_acknowledged(std::uint64_t user, std::uint64_t version) override;
    void intruded(std::string_view path, int status) override;
    void kept_out() override { check("no-foreign-role"); }
    void trespassed(std::uint64_t client, int status) override;
    void call_seen(const CallSeen& call) override {
        answers_.seen(call);
        rollouts_.call_seen(call);
    }
    void still_asking(Instant since) override { answers_.still_asking(since); }
    void mail_consuming(MailboxOf of,
                        std::uint64_t owner,
                        std::span<const std::uint64_t> consumed) override;
    void mail_answered(MailboxOf of,
                       std::uint64_t owner,
                       std::span<const std::uint64_t> consumed,
                       std::span<const std::uint64_t> ids) override;
    void client_not_found(std::uint64_t client) override;
    void mail_pushed(std::uint64_t client, std::uint64_t before, std::uint64_t message) override;
    void room_received(std::uint64_t sender, const RoomFrame& frame) override {
        rooms_.received(sender, frame);
    }
    void room_heard(std::uint64_t client,
                    std::uint64_t session,
                    std::uint64_t runtime,
                    const RoomFrame& frame) override {
        rooms_.heard(client, session, runtime, frame);
    }
    void runtime_polled(std::uint64_t runtime, Instant left, Duration held) override;
    void runtime_not_found(std::uint64_t runtime) override;
    void deployment_called(DeploymentDeed deed,
                           std::uint64_t id,
                           Instant left,
                           NameOutcome outcome) override {
        deployments_.called(deed, id, left, outcome);
    }
    void deployment_seen(std::uint64_t id, Instant left, DeploymentSeen how) override {
        deployments_.seen(id, left, how);
    }
    void rolled_out(std::uint64_t version,
                    std::uint64_t deployment,
                    Instant left,
                    NameOutcome outcome) override {
        rollouts_.rolled_out(version, deployment, left, outcome);
    }
    void host_called(HostDeed deed, std::size_t host, Instant, NameOutcome outcome) override {
        const std::uint64_t draining = hosts_.called(deed, host, outcome);
        if (draining != 0 && options_.drained) options_.drained(host, draining);
    }
    void greeted_in(std::uint64_t client, std::uint64_t version) override {
        rollouts_.greeted(client, version);
    }
    void name_called(NameDeed deed,
                     std::string_view name,
                     std::uint64_t owner,
                     Instant left,
                     NameOutcome outcome) override;

private:
    // One message on its way, by serial.
    struct Passage {
        std::uint32_t tries = 0;
        std::uint32_t arrivals = 0;
        bool is_acknowledged = false;
        std::uint64_t runtime = 0;  // that the client had at the last try
    };
    struct Client {
        std::uint32_t player = 0;
        std::uint64_t user = 0;
        bool was_greeted = false;
        bool is_over = false;              // ended, or its player has left it
        Instant calling_at;                // when its interchange left
        Instant active_at;                 // when the last one that was answered had left
        Instant excused_until;             // it was silent for too long, and may hear of it late
        std::uint64_t runtime = 0;         // as it was told last
        std::set<std::uint64_t> runtimes;  // that ever had it, or that it was told
        std::map<std::uint64_t, Passage> to_runtime;
        std::map<std::uint64_t, Passage> to_client;
        std::map<std::uint64_t, std::uint64_t> last_received;  // by runtime
        std::uint64_t profile_floor = 0;
        std::uint64_t profile_shown = UINT64_MAX;  // the oldest that a runtime was shown
    };
    struct User {
        std::uint64_t profile = 0;  // acknowledged, and no older one may have come after it
        // Tried and not acknowledged, or tried again after a call that was lost: a try whose fate
        // is unknown may be applied at any time. With each version, the oldest one that was
        // acknowledged since: either may be the last one then.
        struct Tried {
            std::uint32_t unknown = 0;  // tries
            std::uint64_t oldest_since = UINT64_MAX;
        };
        std::map<std::uint64_t, Tried> profiles_tried;
        std::uint64_t floor_at_wanted = 0;  // when the client was asked for
        Instant wanted_at;
        std::vector<std::uint64_t> clients;
    };
    struct RuntimeState {
        bool is_dead = false;  // after it had been let in; before, another container may be tried
        std::set<std::uint64_t> seated;
    };

    void check(std::string_view invariant);
    [[nodiscard]] bool may_have_ended(std::uint64_t client) const;
    [[nodiscard]] bool is_long_silence(Duration silence) const;
    void check_profile(const Client& client);
    void violated(std::string_view invariant, std::string_view entity, std::string message);
    void heard_answer(std::uint64_t id, Client& client, std::uint64_t serial);
    [[nodiscard]] static std::string complaint_of_client(const Client& client);
    // Did a runtime that had the client die? Then messages may have gone with it.
    [[nodiscard]] bool lost_with_runtime(const Client& client) const;
    [[nodiscard]] bool is_dead(std::uint64_t runtime) const;
    [[nodiscard]] static std::string missing(const Client& client);
    [[nodiscard]] std::string complaint(std::uint64_t id, const Client& client) const;

    JudgeOptions options_;
    std::function<bool(std::uint32_t)> owed_;  // empty: all are
    Court court_;
    AnswerOracle answers_;
    IdOracle ids_;
    MailboxOracle client_mail_;
    MailboxOracle runtime_mail_;
    SeatOracle seats_;
    TicketOracle tickets_;
    RolloutOracle rollouts_;
    RoomOracle rooms_;
    LifeOracle lives_;
    ObligationOracle obligations_;
    ContainerLedger containers_;
    HostLedger hosts_;
    ProfileHistories profiles_;
    NameHistories names_;
    DeploymentHistories deployments_;
    std::map<std::uint64_t, Client> clients_;
    std::map<std::uint64_t, User> users_;
    std::map<std::uint32_t, Instant> wanted_users_;  // by player, the last time
    std::map<std::uint64_t, RuntimeState> runtimes_;
    std::uint64_t calls_ = 0;
    std::uint64_t failed_calls_ = 0;
    std::uint64_t lost_calls_ = 0;  // of them, those without an answer
    std::uint64_t delivered_ = 0;
};

}  // namespace playback::scenarios
