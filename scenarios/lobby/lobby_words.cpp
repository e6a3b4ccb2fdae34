#include "scenarios/lobby/lobby_words.h"

#include <array>
#include <utility>

namespace playback::scenarios {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array ops{
    Words{"join", "joins: signs up, asks for a client, and waits for a seat in a game runtime"},
    Words{"say", "says something to its runtime"},
    Words{"set_profile", "asks its runtime to set a new profile"},
    Words{"save_and_return",
          "asks its runtime to set a new profile, and comes back as a new client when it is set"},
    Words{"seek_duel", "asks its lobby for a match of two"},
    Words{"seek_team", "asks its lobby for a match of up to three"},
    Words{"seek_chess", "asks its lobby for a match of a mode that there is not"},
    Words{"cancel_match", "asks its lobby to look for a match no more"},
    Words{"ask_match", "asks its lobby how long it will wait for a match"},
    Words{"leave_match", "asks its match to let it go"},
    Words{"stop_match", "asks its match to take nobody any more"},
    Words{"upgrade", "asks its runtime for a real-time socket"},
    Words{"shout", "says something to its runtime in real time"},
    Words{"go_silent", "goes silent: makes no calls any more"},
    Words{"come_back", "comes back, as a new client of the same user"},
    Words{"hand_over", "is restarted, and hands everything to its successor"},
};

constexpr std::array clerk_ops{
    Words{"hire", "hires a developer"},
    Words{"name", "gives the developer that it hired last a name"},
    Words{"visit", "tries to get in by a name"},
    Words{"dismiss", "dismisses the developer that it hired last"},
    Words{"deploy", "deploys to the stage of the clerks"},
    Words{"inspect", "looks at one of the newest deployments"},
    Words{"withdraw", "deletes one of the newest deployments"},
    Words{"publish", "rolls a new version of the game out to the players"},
    Words{"roll_back", "rolls an older version of the game out to the players"},
};

constexpr std::array operator_ops{
    Words{"add_host", "adds a container host"},
    Words{"drain_host", "drains a container host"},
    Words{"resume_host", "resumes a container host"},
    Words{"remove_host", "removes a container host"},
};

constexpr std::array promises{
    Words{"no-duplicate", "A message arrives at most as often as it was sent."},
    Words{"message-order",
          "A client's messages reach a runtime in the order in which it said them."},
    Words{"greeting-first", "The greeting comes before the first assignment to a runtime."},
    Words{"one-runtime", "A client sits in one living runtime, and a runtime gets it once."},
    Words{"one-life", "A runtime that was let in and whose process ended is never started again."},
    Words{"profile-never-older",
          "Once a profile is acknowledged, no later client of that user is shown an older one."},
    Words{"no-early-end", "No client is ended for inactivity that was active recently."},
    Words{"no-foreign-role", "No token opens a call of another role."},
    Words{"account-kept", "Who was told to have signed up can log in, over every crash."},
    Words{"deployment-linearizable",
          "Of a stage only the newest deployment is open, and one that was removed is gone."},
    Words{"all-assigned",
          "30 s after the last fault every client sits in a runtime that knows it."},
    Words{"no-lost-message", "Whatever was acknowledged arrives, once the faults have ended."},
    Words{"match-capacity", "A match never has more players than its mode allows."},
    Words{"match-group", "A player is in a group of the mode, which never has more than it may."},
    Words{"match-found", "When all is quiet, nobody looks for a match that could be."},
    Words{"ticket-told-once",
          "A numbered request for a match has one last word, and nothing comes after it."},
    Words{"ticket-cancelled", "Whose request was cancelled comes into no match by it."},
    Words{"ticket-in-time", "A request times out only when its time is over."},
    Words{"ticket-reason", "What a lobby is told of a request agrees with itself and the mode."},
    Words{"ticket-answered",
          "When all is quiet, each request has been answered, and none waits beyond its time."},
    Words{"rollout-newest", "Who comes after a deployment was made gets into it, or a newer one."},
    Words{"rollout-undisturbed",
          "A newer deployment takes nobody's runtime, before the time that was stated."},
    Words{"rollout-served", "Who wants to play is never told that there is no deployment."},
    Words{"rollout-drained", "When all is quiet, no older deployment is there without players."},
    Words{"drained-left-alone", "On a container host that drains nothing new is started."},
    Words{"socket-order", "On one socket messages come in the order in which they were made."},
    Words{"room-sender", "A runtime is told truly who says something in real time."},
    Words{"room-order", "What is said in real time arrives in order and without a gap."},
    Words{"room-closed", "A player hears its own runtime alone, and only what is for it."},
    Words{"containers-as-wanted", "When all is quiet, exactly the wanted containers run."},
    Words{"players-served", "When all is quiet, nobody waits for an answer."},
    Words{"game-made", "The studio can make the game in the first seconds."},
    Words{"backend-lives", "When all is quiet, the backend runs."},
    Words{"check", "A CHECK in the code never fails: it guards what only a bug can break."},
};

template <class Table>
std::string_view find_words(const Table& table, std::string_view name) {
    for (const auto& [known, words] : table) {
        if (known == name) return words;
    }
    return {};
}

}  // namespace

std::string words_of_lobby_op(const sim::PlanOp& op) {
    const std::size_t dash = op.actor.find('-');
    if (dash == std::string::npos) return {};
    const std::string who = op.actor.substr(0, dash);
    std::string_view words;
    if (who == "clerk") words = find_words(clerk_ops, op.kind);
    if (who == "operator") words = find_words(operator_ops, op.kind);
    if (who == "player") words = find_words(ops, op.kind);
    if (words.empty()) return {};
    return who + " " + op.actor.substr(dash + 1) + " " + std::string(words);
}

std::string promise_of_lobby(std::string_view invariant) {
    return std::string(find_words(promises, invariant));
}

}  // namespace playback::scenarios
