// Runtime: one game server process, the mailbox of messages to it, and who is assigned to it
// (omgservers.md 5, 3.6).
//
// Open, then gone, then purged. It wants a container from the pool for exactly as long as it is
// open. It is ready once its container has asked for a token; only then do silence (inactivity) or,
// from the container's start, a missed boot deadline end it, never a slow pull. Activity is memory
// only: a reload counts as activity.
//
// A message of a client is one row, put when it arrives and erased soon after it is consumed. What
// goes to many clients is sent in steps of at most fan_out_max; the rest waits in an outbox of
// rows, in order. When its mailbox is nearly full its clients are told and refuse new sends; what
// was acknowledged before that still has room.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "engine/domain/mailbox/mailbox.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/domain/mailbox/runtime_rows.h"
#include "engine/domain/settings.h"
#include "engine/kernel/machine.h"

namespace playback::mailbox {

inline constexpr std::size_t fan_out_max = 512;                    // messages sent per step
inline constexpr std::size_t fan_out_bytes_max = 4 * 1024 * 1024;  // of JSON sent per step
inline constexpr std::size_t outbox_items_max = 4096;              // refused above: full
inline constexpr std::size_t outbox_bytes_max = 16 * 1024 * 1024;  // refused above: full

// Nothing that a client or the runtime itself causes is put into a mailbox that holds so much.
inline constexpr Marks mail_last{limits::mailbox_messages_max * 2, limits::mailbox_bytes_max * 2};

class Runtime {
public:
    static constexpr kernel::Kind kind = kinds::runtime;
    static constexpr bool load_at_start = true;
    using Inputs = kernel::Inputs<RuntimeInterchange,
                                  SetCredentials,
                                  GetCredentials,
                                  MarkReady,
                                  GetRuntime,
                                  OpenRuntime,
                                  DeleteRuntime,
                                  lobby::AssignClient,
                                  RemoveClient,
                                  TellTicket,
                                  ClientMessages,
                                  ContainerStarted,
                                  ContainerLost,
                                  ContainerWaits,
                                  CheckRuntime,
                                  ContinueRuntime>;

    Runtime(const kernel::Address& self, const DomainSettings& settings)
        : self_{self.a}, settings_(settings) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    void loaded(kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool empty() const {
        return state_.status == RuntimeStatus::none && mails_.empty();
    }

    static constexpr std::array measures = {
        kernel::Measure{"playback_runtimes", "Runtimes that are wanted"},
        kernel::Measure{"playback_mailbox_messages", "Messages that wait", "owner", "runtime"},
        kernel::Measure{"playback_mailbox_bytes", "JSON that waits", "owner", "runtime"},
        kernel::Measure{"playback_runtime_outbox_items", "Broadcasts that are not sent to all yet"},
        kernel::Measure{"playback_runtime_clients", "Clients that runtimes were told of"}};
    void measure(kernel::Measured& out) const {
        out[0] = open() ? 1 : 0;
        out[1] = mails_.size();
        out[2] = mails_.bytes();
        out[3] = outbox_.size();
        out[4] = seats_.size();
    }

    Result<RuntimeExchanged> apply(const RuntimeInterchange&, kernel::Moment&, kernel::Effects&);
    Result<Done> apply(const SetCredentials&, kernel::Moment&, kernel::Effects&);
    Result<RuntimeCredentials> apply(const GetCredentials&, kernel::Moment&, kernel::Effects&);
    Result<Done> apply(const MarkReady&, kernel::Moment&, kernel::Effects&);
    Result<RuntimeDetails> apply(const GetRuntime&, kernel::Moment&, kernel::Effects&);
    void apply(const OpenRuntime&, kernel::Moment&, kernel::Effects&);
    void apply(const DeleteRuntime&, kernel::Moment&, kernel::Effects&);
    void apply(const lobby::AssignClient&, kernel::Moment&, kernel::Effects&);
    void apply(const RemoveClient&, kernel::Moment&, kernel::Effects&);
    void apply(const TellTicket&, kernel::Moment&, kernel::Effects&);
    void apply(const ClientMessages&, kernel::Moment&, kernel::Effects&);
    void apply(const ContainerStarted&, kernel::Moment&, kernel::Effects&);
    void apply(const ContainerLost&, kernel::Moment&, kernel::Effects&);
    void apply(const ContainerWaits&, kernel::Moment&, kernel::Effects&);
    void apply(const CheckRuntime&, kernel::Moment&, kernel::Effects&);
    void apply(const ContinueRuntime&, kernel::Moment&, kernel::Effects&);

private:
    struct Budget {
        std::size_t messages = fan_out_max;
        std::size_t bytes = fan_out_bytes_max;
        [[nodiscard]] bool spent() const { return messages == 0 || bytes == 0; }
        void spend(std::size_t size) {
            --messages;
            bytes -= std::min(bytes, size);
        }
    };
    struct Queued {
        std::uint64_t sequence = 0;
        OutboxRow row;
    };

    // outgoing (runtime_outgoing.cpp)
    Result<void> refusal(const RuntimeInterchange& call) const;
    bool accept(const RuntimeOutgoing& item,
                bool whole_multicasts,
                kernel::Moment& moment,
                kernel::Effects& effects);
    void queue(OutboxRow row);
    void flush(std::uint64_t first_new, kernel::Moment& moment, kernel::Effects& effects);
    void keep_rest(std::uint64_t first_new, kernel::Moment& moment, kernel::Effects& effects);
    bool send_some(OutboxRow& row, Budget& budget, kernel::Effects& effects);
    bool send_to_all(OutboxRow& row, Budget& budget, kernel::Effects& effects);
    bool send_to_listed(OutboxRow& row, Budget& budget, kernel::Effects& effects);

    // requests for matches (runtime_tickets.cpp)
    bool accept_ticket(const RuntimeOutgoing& item,
                       kernel::Moment& moment,
                       kernel::Effects& effects);
    void refuse_ticket(const RuntimeOutgoing& item,
                       lobby::TicketReason reason,
                       kernel::Moment& moment,
                       kernel::Effects& effects);
    [[nodiscard]] bool is_seated(ClientId client) const { return seat(client) != nullptr; }
    void send_ticket(const RuntimeOutgoing& item, kernel::Effects& effects) const;
    void request_matchmaking(const RuntimeOutgoing& item, kernel::Effects& effects) const;

    // mailbox
    void put_mail(RuntimeMail mail, kernel::Moment& moment, kernel::Effects& effects);
    void consume(const std::vector<MessageId>& ids, kernel::Effects& effects);
    void watch_marks(kernel::Effects& effects);

    // life
    void lose(std::string reason, bool inactive, kernel::Moment& moment, kernel::Effects& effects);
    void go(bool unwant, kernel::Moment& moment, kernel::Effects& effects);
    void purge_some(kernel::Moment& moment, kernel::Effects& effects);
    void put_state(kernel::Effects& effects) const;
    [[nodiscard]] bool open() const { return state_.status == RuntimeStatus::open; }
    [[nodiscard]] bool is_match() const {
        return spec_.place.qualifier == lobby::RuntimeQualifier::match;
    }
    [[nodiscard]] const SeatRow* seat(ClientId client) const;

    const RuntimeId self_;
    const DomainSettings& settings_;
    RuntimeSpecRow spec_;
    RuntimeStateRow state_;
    CredentialsRow credentials_;
    Mailbox<RuntimeMail> mails_;
    std::map<ClientId, SeatRow> seats_;
    std::map<ClientId, VoidRow> voids_;
    std::deque<Queued> outbox_;
    std::uint64_t next_sequence_ = 1;
    std::size_t outbox_bytes_ = 0;

    std::uint64_t ignored_ = 0;  // memory only
    Instant active_until_;       // memory only
    Instant boot_by_;            // memory only
};

}  // namespace playback::mailbox
