// What the judge passes on to its oracles, and nothing else.
#include "scenarios/lobby/judge.h"

namespace playback::scenarios {

LobbyJudge::LobbyJudge(JudgeOptions options)
    : options_(std::move(options)),
      court_({options_.now, options_.report, options_.checked, options_.disturbed}),
      answers_(
          court_,
          {.wall_error_max = options_.wall_error_max, .request_timeout = options_.request_timeout}),
      ids_(court_),
      client_mail_(court_, "mailbox of client"),
      runtime_mail_(court_, "mailbox of runtime"),
      seats_(court_, options_.lobby_capacity, options_.has_matches),
      tickets_(court_, options_.wall_error_max),
      rollouts_(court_, options_.drain),
      rooms_(court_),
      lives_(court_,
             seats_,
             {.client_inactive = options_.client_inactive,
              .runtime_inactive = options_.runtime_inactive,
              .purge_after = options_.purge_after,
              .may_have_ended = [this](std::uint64_t id) { return may_have_ended(id); }}),
      obligations_(court_, {}),
      containers_(court_, seconds(60)),
      hosts_(court_),
      profiles_(court_),
      names_(court_),
      deployments_(court_) {
}

// --- the host and the node ---

void LobbyJudge::container_started(std::uint64_t runtime,
                                   std::uint64_t attempt,
                                   std::uint64_t version) {
    rollouts_.container_started(runtime, version);
    seats_.container_started(runtime);
    containers_.started(runtime, attempt);
}

void LobbyJudge::runtime_died(std::uint64_t runtime) {
    containers_.ended(runtime);
    runtime_ended(runtime);
}

void LobbyJudge::node_crashed() {
    client_mail_.store_disturbed();
    runtime_mail_.store_disturbed();
}

void LobbyJudge::disk_fails(bool fails) {
    client_mail_.store_is_disturbed(fails);
    runtime_mail_.store_is_disturbed(fails);
}

void LobbyJudge::judge_histories() {
    profiles_.judge();
    names_.judge();
    deployments_.judge();
}

// --- what actors tell in detail ---

void LobbyJudge::mail_pushed(std::uint64_t client, std::uint64_t before, std::uint64_t message) {
    court_.demand(before < message, "socket-order", "message to client", [&] {
        return "client " + std::to_string(client) + " got message " + std::to_string(message) +
               " behind " + std::to_string(before) + " on one socket";
    });
}

void LobbyJudge::mail_consuming(MailboxOf of,
                                std::uint64_t owner,
                                std::span<const std::uint64_t> consumed) {
    (of == MailboxOf::client ? client_mail_ : runtime_mail_).consuming(owner, consumed);
}

void LobbyJudge::mail_answered(MailboxOf of,
                               std::uint64_t owner,
                               std::span<const std::uint64_t> consumed,
                               std::span<const std::uint64_t> ids) {
    (of == MailboxOf::client ? client_mail_ : runtime_mail_).answered(owner, consumed, ids);
}

// Clocks may run fast by a little, and the runtime hears of it later.
bool LobbyJudge::may_have_ended(std::uint64_t client) const {
    const auto it = clients_.find(client);
    if (it == clients_.end() || it->second.is_over) return true;
    return options_.now() - it->second.active_at >= options_.client_inactive * 3 / 4;
}

void LobbyJudge::client_not_found(std::uint64_t client) {
    if (rollouts_.may_have_ended(client)) return;
    lives_.client_not_found(client, clients_[client].active_at);
}

void LobbyJudge::runtime_polled(std::uint64_t runtime, Instant left, Duration held) {
    lives_.runtime_answered(runtime, left, held);
}

void LobbyJudge::runtime_not_found(std::uint64_t runtime) {
    if (!rollouts_.runtime_may_have_ended(runtime)) lives_.runtime_not_found(runtime);
    containers_.runtime_over(runtime);
}

void LobbyJudge::name_called(NameDeed deed,
                             std::string_view name,
                             std::uint64_t owner,
                             Instant left,
                             NameOutcome outcome) {
    names_.called(std::string(name), deed, owner, left, outcome);
}

// --- strangers ---

void LobbyJudge::trespassed(std::uint64_t client, int status) {
    court_.demand(status >= 400, "no-foreign-client", "client", [&] {
        return "client " + std::to_string(client) +
               " let somebody else in: " + std::to_string(status);
    });
}

std::uint64_t LobbyJudge::foreign_client(std::uint64_t user) const {
    for (const auto& [id, client] : clients_) {
        if (client.user != user && client.user != 0 && !client.is_over) return id;
    }
    return 0;
}

}  // namespace playback::scenarios
