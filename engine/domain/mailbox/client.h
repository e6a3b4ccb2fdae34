// Client: one player's connection to a deployment, and the mailbox of messages to it
// (omgservers.md 4, 3.7).
//
// Alive, then ended, then purged. While alive it sits in at most one runtime: assignments are
// counted by the deployment, and whatever carries a number that is not above the highest seen is
// stale. Activity is memory only: a reload counts as activity. Rows: one of the client, rewritten
// when it is assigned, lost or ended; one for each message, until it is consumed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/mailbox.h"
#include "engine/domain/settings.h"
#include "engine/kernel/machine.h"

namespace playback::mailbox {

inline constexpr kernel::RowType client_row = 1;  // where the ClientRow stands

enum class ClientStatus : std::uint8_t { none = 0, alive = 1, ended = 2 };

struct ClientRow {
    UserId user;
    StageId stage;
    DeploymentId deployment;
    ClientStatus status = ClientStatus::none;
    RuntimeId runtime;             // zero: sits nowhere
    std::uint64_t assignment = 0;  // the highest number seen
    bool runtime_full = false;
    Instant ended_at;
    bool moving = false;         // from one runtime that lives to another: what it says is held
    std::vector<JsonText> held;  // for the runtime that comes next
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "stage", self.stage);
        v(3, "deployment", self.deployment);
        v(4, "status", self.status);
        v(5, "runtime", self.runtime);
        v(6, "assignment", self.assignment);
        v(7, "runtime_full", self.runtime_full);
        v(8, "ended_at", self.ended_at);
        v(9, "moving", self.moving);
        v(10, "held", self.held);
    }
    friend bool operator==(const ClientRow&, const ClientRow&) = default;
};

class Client {
public:
    static constexpr kernel::Kind kind = kinds::client;
    static constexpr bool load_at_start = true;
    using Inputs = kernel::Inputs<ClientInterchange,
                                  OpenClient,
                                  DeleteClient,
                                  RuntimeLost,
                                  RuntimeAssigned,
                                  MailboxState,
                                  ProduceMessage,
                                  UpgradeConnection,
                                  CheckClient,
                                  PurgeClient>;

    Client(const kernel::Address& self, const DomainSettings& settings)
        : self_{self.a}, settings_(settings) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    void loaded(kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool empty() const { return row_.status == ClientStatus::none && mails_.empty(); }

    static constexpr std::array measures = {
        kernel::Measure{"playback_clients", "Clients that live"},
        kernel::Measure{"playback_mailbox_messages", "Messages that wait", "owner", "client"},
        kernel::Measure{"playback_mailbox_bytes", "JSON that waits", "owner", "client"},
        kernel::Measure{.name = "playback_mailbox_dropped_total",
                        .help = "Messages to clients whose mailbox was full",
                        .grows = true}};
    void measure(kernel::Measured& out) const {
        out[0] = alive() ? 1 : 0;
        out[1] = mails_.size();
        out[2] = mails_.bytes();
        out[3] = dropped_;
    }

    Result<ClientExchanged> apply(const ClientInterchange&, kernel::Moment&, kernel::Effects&);
    void apply(const OpenClient&, kernel::Moment&, kernel::Effects&);
    void apply(const DeleteClient&, kernel::Moment&, kernel::Effects&);
    void apply(const RuntimeLost&, kernel::Moment&, kernel::Effects&);
    void apply(const RuntimeAssigned&, kernel::Moment&, kernel::Effects&);
    void apply(const MailboxState&, kernel::Moment&, kernel::Effects&);
    void apply(const ProduceMessage&, kernel::Moment&, kernel::Effects&);
    void apply(const UpgradeConnection&, kernel::Moment&, kernel::Effects&);
    void apply(const CheckClient&, kernel::Moment&, kernel::Effects&);
    void apply(const PurgeClient&, kernel::Moment&, kernel::Effects&);

private:
    Result<void> refusal(const ClientInterchange& call) const;
    void pass_on(const ClientInterchange& call, kernel::Effects& effects);
    [[nodiscard]] bool is_held(const ClientInterchange& call) const {
        return row_.moving || call.hold_unassigned;
    }
    [[nodiscard]] bool has_room_to_hold(const std::vector<JsonText>& messages) const;
    void consume(const std::vector<MessageId>& ids, kernel::Effects& effects);
    void put_mail(ClientMail mail, kernel::Moment& moment, kernel::Effects& effects);
    void put_row(kernel::Effects& effects) const;
    void end(DeletionReason reason, kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool alive() const { return row_.status == ClientStatus::alive; }

    const ClientId self_;
    const DomainSettings& settings_;
    ClientRow row_;
    Mailbox<ClientMail> mails_;
    std::uint64_t dropped_ = 0;  // since loaded
    Instant active_until_;       // memory only
};

}  // namespace playback::mailbox
