// Observer: what actors tell of what they did and saw. The judge listens; nobody answers.
//
// Only what a client can see from outside, so the same judge works on a simulated node and on a
// real one over real sockets. Actors are named by their number in the plan; ids are those of the
// node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace playback::scenarios {

struct Observer {
    virtual ~Observer() = default;

    // --- players ---
    // A call was answered with this status (0: the answer was lost or nobody was there).
    virtual void called(std::string_view what, int status) = 0;
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

    // --- intruders: a call with the token of another role was let in ---
    virtual void intruded(std::string_view path, int status) = 0;
    // A forbidden call was refused, as it should be.
    virtual void kept_out() = 0;
};

}  // namespace playback::scenarios
