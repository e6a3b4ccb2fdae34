// Observer: what actors tell of what they did and saw. The judge listens; nobody answers.
//
// Only what a client can see from outside, so the same judge works on a simulated node and on a
// real one over real sockets. Actors are named by their number in the plan; ids are those of the
// node.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace playback::scenarios {

struct RoomFrame;

// A call that is over, as its caller saw it.
struct CallSeen {
    std::string_view caller;  // "player 3"
    std::string_view method;  // "create-token"
    int status = 0;           // 0: no answer, and nobody knows what happened
    bool was_sent = true;     // false: nobody was there to hear it
    std::string_view body;
    std::string_view content_type;
    bool has_retry_after = false;
    bool was_held = false;  // the answer says that the wish to wait was heard
    std::uint32_t wait_seconds = 0;
    Instant left;
    bool has_token = false;
    Instant token_at;  // when the token was asked for
};

enum class MailboxOf : std::uint8_t { client, runtime };

// What clerks do with names (aliases), and what became of it.
enum class NameDeed : std::uint8_t { grant, enter, dismiss };
enum class NameOutcome : std::uint8_t { done, refused, unknown };

// What clerks do with deployments, and how one was when somebody looked.
enum class DeploymentDeed : std::uint8_t { open, remove };
enum class DeploymentSeen : std::uint8_t { open, closed, absent };

// A lobby looks for a match for a client, under a number of its own.
struct TicketAsked {
    std::uint64_t runtime = 0;
    std::uint64_t client = 0;
    std::uint64_t number = 0;
    std::string_view mode;
    Duration timeout;  // zero: none was stated
};

// What it was told of that, as MATCHMAKING_STATUS says it; number 0: of no number.
struct TicketTold {
    std::uint64_t runtime = 0;
    std::uint64_t client = 0;
    std::uint64_t number = 0;
    std::string mode;
    std::string status;
    std::string reason;
    bool has_position = false;
    std::int64_t position = 0;
    bool has_estimate = false;
    std::int64_t estimate_ms = 0;
};

// What operators do with the container hosts.
enum class HostDeed : std::uint8_t { add, drain, resume, remove };

struct Observer {
    virtual ~Observer() = default;

    // What time it is where the judge sits: actors' own clocks may be wrong, and differ.
    [[nodiscard]] virtual Instant moment() const { return {}; }

    // --- players ---
    // A call was answered with this status (0: the answer was lost or nobody was there).
    virtual void called(std::string_view what, int status) = 0;
    // The call that creates a user leaves now.
    virtual void user_wanted(std::uint32_t) {}
    virtual void signed_up(std::uint32_t player, std::uint64_t user) = 0;
    // The node refused a user and password that it once acknowledged.
    virtual void login_refused(std::uint32_t player, std::uint64_t user, int status) = 0;
    // The call that creates a client leaves now; what it answered.
    virtual void client_wanted(std::uint64_t user) = 0;
    virtual void client_created(std::uint32_t player, std::uint64_t user, std::uint64_t client) = 0;
    virtual void greeted(std::uint64_t client) = 0;
    virtual void assigned(std::uint64_t client, std::uint64_t runtime) = 0;
    // An interchange of the client leaves now; it was answered, so the node saw it after it left.
    virtual void client_calling(std::uint64_t client) = 0;
    virtual void client_active(std::uint64_t client) = 0;
    // The node said that the client has ended, by message or by 404.
    virtual void client_ended(std::uint64_t client, std::string_view why) = 0;
    // The player will not call for it any more.
    virtual void client_left(std::uint64_t client) = 0;
    // A message was tried (once more), and acknowledged.
    virtual void said(std::uint64_t client, std::uint64_t serial) = 0;
    virtual void say_acknowledged(std::uint64_t client, std::uint64_t serial) = 0;
    // A runtime's answer reached the client for the first time under this message id.
    virtual void heard(std::uint64_t client, std::uint64_t message, std::uint64_t serial) = 0;

    // --- runtimes ---
    virtual void runtime_started(std::uint64_t runtime) = 0;
    // The actor ends: the node refused it, or its container ends.
    virtual void runtime_ended(std::uint64_t runtime) = 0;
    virtual void client_joined(std::uint64_t runtime,
                               std::uint64_t client,
                               std::uint64_t user,
                               std::uint64_t profile_version) = 0;
    // The runtime is a match of this mode; told before anybody joins it. A client joins a group.
    virtual void match_opened(std::uint64_t, std::string_view) {}
    virtual void group_joined(std::uint64_t, std::uint64_t, std::string_view) {}
    // The runtime asks for a match for this client, or lets it go.
    virtual void may_leave(std::uint64_t, std::uint64_t) {}
    // A numbered request was tried (once more), and acknowledged; and what was told of it.
    virtual void ticket_asked(const TicketAsked&) {}
    virtual void ticket_acknowledged(std::uint64_t, std::uint64_t) {}
    virtual void ticket_told(const TicketTold&) {}
    virtual void client_removed(std::uint64_t runtime, std::uint64_t client) = 0;
    // A client's message reached the runtime for the first time under this message id.
    virtual void received(std::uint64_t runtime, std::uint64_t client, std::uint64_t serial) = 0;
    // An answer was tried (once more), and acknowledged.
    virtual void answered(std::uint64_t runtime, std::uint64_t client, std::uint64_t serial) = 0;
    virtual void answer_acknowledged(std::uint64_t runtime,
                                     std::uint64_t client,
                                     std::uint64_t serial) = 0;
    // A profile was tried to be set (once more), and acknowledged.
    virtual void profile_tried(std::uint64_t user, std::uint64_t version) = 0;
    virtual void profile_acknowledged(std::uint64_t user, std::uint64_t version) = 0;

    // --- in detail, for whoever judges every answer; the ids are those of messages ---
    virtual void call_seen(const CallSeen&) {}
    // A call that consumes these leaves now; it was answered with those.
    virtual void mail_consuming(MailboxOf, std::uint64_t, std::span<const std::uint64_t>) {}
    virtual void mail_answered(MailboxOf,
                               std::uint64_t,
                               std::span<const std::uint64_t>,
                               std::span<const std::uint64_t>) {}
    virtual void client_not_found(std::uint64_t) {}
    // An interchange of a runtime that left then, to be held as long, was answered; or refused: it
    // is gone.
    virtual void runtime_polled(std::uint64_t, Instant, Duration) {}
    virtual void runtime_not_found(std::uint64_t) {}

    // --- sockets ---
    // On one socket a client got this message behind that one (0: the first).
    virtual void mail_pushed(std::uint64_t, std::uint64_t, std::uint64_t) {}
    // In real time: a runtime was told that a client said this; a client heard this on its socket
    // of that number, in the room of that runtime.
    virtual void room_received(std::uint64_t, const RoomFrame&) {}
    virtual void room_heard(std::uint64_t, std::uint64_t, std::uint64_t, const RoomFrame&) {}

    // --- clerks: who a name is for, and when the call had left; once when it leaves, with an
    // outcome that is unknown, and once when it is over ---
    virtual void name_called(NameDeed, std::string_view, std::uint64_t, Instant, NameOutcome) {}

    // Deployments: when it leaves, and once more if its outcome is known. Who opens one knows its
    // id only when that is done; 0 before.
    virtual void deployment_called(DeploymentDeed, std::uint64_t, Instant, NameOutcome) {}
    // Somebody who asked at that time was told how it is.
    virtual void deployment_seen(std::uint64_t, Instant, DeploymentSeen) {}

    // A version is rolled out to the stage of the players: when it leaves (the deployment is 0
    // then), and once more if its outcome is known.
    virtual void rolled_out(std::uint64_t, std::uint64_t, Instant, NameOutcome) {}
    // Operators: an order about the host of that number, once when it leaves and once more if its
    // outcome is known.
    virtual void host_called(HostDeed, std::size_t, Instant, NameOutcome) {}
    // The greeting of a client named this version.
    virtual void greeted_in(std::uint64_t, std::uint64_t) {}

    // --- intruders: a call with the token of another role was let in ---
    virtual void intruded(std::string_view path, int status) = 0;
    // A forbidden call was refused, as it should be.
    virtual void kept_out() = 0;
    // A request whose first byte left then is not whole yet, and its connection took another byte.
    virtual void still_asking(Instant) {}
    // A call for a client of somebody else, and its status.
    virtual void trespassed(std::uint64_t, int) {}
};

}  // namespace playback::scenarios
