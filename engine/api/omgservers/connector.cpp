#include "engine/api/omgservers/connector.h"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <boost/container/devector.hpp>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/client_message.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/handshake.h"
#include "engine/api/omgservers/invitations.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/passed_on.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/io/log.h"

namespace playback::omgservers {
namespace {

using services::SocketEvent;
using wire::Opcode;

// Between attempts at what the kernel refused for the moment.
constexpr Duration retry_after = milliseconds(250);

constexpr MessageId behind_all{std::numeric_limits<std::uint64_t>::max()};

bool is_for_the_moment(Errc code) {
    return code == Errc::full || code == Errc::unavailable;
}

std::uint64_t number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

// Idle, it is one suspended coroutine, which reads; `deliver` ends when there is nothing to
// deliver.
class Connector::Session final : public services::Upgrade, private kernel::Watcher {
public:
    Session(Connector& connector, ClientId client)
        : Watcher(connector.api_.io.clock),
          connector_(connector),
          api_(connector.api_),
          client_(client),
          tasks_(api_.io.executor) {}
    Session(Connector& connector, PassedConnector passed, std::string unsent)
        : Session(connector, passed.client) {
        passed_ = std::make_unique<PassedConnector>(std::move(passed));
        unsent_ = std::move(unsent);
    }

    io::Task<void> run(std::unique_ptr<io::Stream> stream, std::string received) override;
    void hand_over() override;
    std::optional<services::Parcel> pack() override;
    void close(std::uint16_t code, std::string_view reason) {
        if (socket_) socket_->close(code, reason);
        api_.kernel.wake(address_of(client_));
    }

private:
    // What several frames that came together ask for.
    struct Batch {
        mailbox::ClientInterchange call;
        std::vector<std::string> pings;
    };

    void open(std::unique_ptr<io::Stream> stream, std::string_view received);
    void resume();
    io::Task<void> serve();
    io::Task<void> end();
    void take_place();
    io::Task<void> let_go();
    io::Task<bool> submit_resumed();
    io::Task<bool> take_all();
    bool take(const SocketEvent& event, Batch& batch);
    void take_text(std::string_view text, Batch& batch);
    void take_pong(std::string_view payload, Batch& batch);
    io::Task<bool> submit(Batch batch);
    void answer(const std::vector<std::string>& pings);
    void changed(kernel::TopicVersion) override { tasks_.spawn(deliver()); }
    void expired(kernel::TopicVersion) override { tasks_.spawn(deliver()); }
    io::Task<void> deliver();
    enum class Delivered : std::uint8_t { some, none, not_now, last };
    io::Task<Delivered> deliver_some();
    io::Task<bool> send_all(const std::vector<mailbox::ClientMail>& mails);
    void close_if_done();
    [[nodiscard]] bool goes_on() const { return !socket_->closing() && !socket_->handing_over(); }

    Connector& connector_;
    Api& api_;
    const ClientId client_;
    std::shared_ptr<services::WebSocket> socket_;
    boost::container::devector<MessageId> unacknowledged_;  // sent and not consumed, oldest first
    MessageId sent_;                                        // the newest of them ever
    std::unique_ptr<Batch> unsubmitted_;                    // read, when the node handed over
    bool ended_ = false;                                    // the client
    bool handing_over_ = false;
    std::unique_ptr<PassedConnector> passed_;  // of the process before
    std::string unsent_;                       // likewise
    io::TaskGroup tasks_;
};

// No coroutine: its arguments would stay in its frame as long as the socket is open.
io::Task<void> Connector::Session::run(std::unique_ptr<io::Stream> stream, std::string received) {
    open(std::move(stream), received);
    if (api_.stopping()) socket_->close(wire::close_code::going_away, "Node is stopping");
    return serve();
}

// Waits for long with little to remember: what is done about an event, and at the end, has frames
// of its own.
io::Task<void> Connector::Session::serve() {
    if (!socket_->closing()) {
        take_place();
        tasks_.spawn(deliver());
        bool goes_on = co_await submit_resumed();
        while (goes_on) {
            goes_on = co_await take_all();
            if (!goes_on || !socket_->begin_read()) continue;
            const Result<std::size_t> got = co_await socket_->more();
            socket_->end_read(got);
        }
        if (!socket_->handing_over()) close(wire::close_code::normal, "");
        Watcher::stop();
        co_await tasks_.join();
    }
    co_await end();
}

io::Task<void> Connector::Session::end() {
    if (socket_->handing_over()) {
        co_await socket_->rest();
        co_return;
    }
    const auto it = connector_.sessions_.find(client_);
    if (it != connector_.sessions_.end() && it->second == this) {
        connector_.sessions_.erase(it);
        co_await let_go();
    }
    co_await socket_->finish();
}

void Connector::Session::open(std::unique_ptr<io::Stream> stream, std::string_view received) {
    socket_ = std::make_shared<services::WebSocket>(
        api_.io, std::move(stream), received, connector_.socket_options_, connector_.metrics_);
    if (passed_) resume();
    socket_->start();
    if (handing_over_) socket_->hand_over();
}

void Connector::Session::resume() {
    socket_->resume(passed_->socket, std::move(unsent_));
    if (!PLAYBACK_PLANT(handover_sends_again)) sent_ = passed_->sent;
    unacknowledged_.assign(passed_->unacknowledged.begin(), passed_->unacknowledged.end());
    unsubmitted_ = std::make_unique<Batch>();
    unsubmitted_->call.outgoing = std::move(passed_->outgoing);
    unsubmitted_->call.consumed = std::move(passed_->consumed);
    unsubmitted_->pings = std::move(passed_->pings);
    // The last messages may have left without the ping that asks for them.
    if (!unacknowledged_.empty()) socket_->ping(std::to_string(sent_.value));
    passed_.reset();
}

void Connector::Session::hand_over() {
    handing_over_ = true;
    if (socket_) socket_->hand_over();
    api_.kernel.wake(address_of(client_));
}

std::optional<services::Parcel> Connector::Session::pack() {
    if (!socket_->handing_over()) return std::nullopt;
    PassedConnector passed;
    services::Parcel parcel = socket_->pack(passed.socket);
    if (!parcel.handle) return std::nullopt;
    passed.client = client_;
    passed.sent = sent_;
    passed.unacknowledged.assign(unacknowledged_.begin(), unacknowledged_.end());
    if (unsubmitted_) {
        passed.outgoing = std::move(unsubmitted_->call.outgoing);
        passed.consumed = std::move(unsubmitted_->call.consumed);
        passed.pings = std::move(unsubmitted_->pings);
    }
    parcel.words = connector_letter + encode(passed);
    return parcel;
}

// What an older socket of the client has read is submitted by now, and it reads no more.
void Connector::Session::take_place() {
    Session*& taken = connector_.sessions_[client_];
    if (taken != nullptr)
        taken->close(wire::close_code::policy_violation, "Replaced by a newer connection");
    taken = this;
}

// From now on the client is as silent as it is.
io::Task<void> Connector::Session::let_go() {
    mailbox::ClientInterchange call;
    call.any_owner = true;
    call.touch = false;
    call.let_go = true;
    call.after = behind_all;
    const Result<mailbox::ClientExchanged> done =
        co_await api_.kernel.submit(address_of(client_), std::move(call));
    if (!done && done.error().code != Errc::not_found)
        api_.io.log.write(io::LogLevel::debug,
                          "client not let go",
                          {{"client", client_.value}, {"why", done.error().detail}});
}

// --- from the client ---

// What the process before has read and not submitted.
io::Task<bool> Connector::Session::submit_resumed() {
    const std::unique_ptr<Batch> before = std::move(unsubmitted_);
    if (!before) co_return true;
    if (before->call.outgoing.empty() && before->call.consumed.empty() && before->pings.empty())
        co_return true;
    const bool submitted = co_await submit(std::move(*before));
    co_return submitted;
}

// What has arrived, in as many batches as that needs. False: nothing more is to be read.
io::Task<bool> Connector::Session::take_all() {
    for (;;) {
        Batch batch;
        bool is_last = false;
        std::size_t taken = 0;
        while (!is_last && batch.call.outgoing.size() < limits::interchange_items_max) {
            const std::optional<SocketEvent> event = socket_->next();
            if (!event) break;
            ++taken;
            is_last = !take(*event, batch);
        }
        if (taken == 0) co_return true;
        const bool submitted = co_await submit(std::move(batch));
        if (is_last || !submitted) co_return false;
    }
}

// False: it was the last event.
bool Connector::Session::take(const SocketEvent& event, Batch& batch) {
    switch (event.kind) {
        case SocketEvent::Kind::text:
            take_text(event.payload, batch);
            return true;
        case SocketEvent::Kind::binary:
            socket_->close(wire::close_code::protocol_error, "Binary unsupported");
            return false;
        case SocketEvent::Kind::ping:
            batch.pings.emplace_back(event.payload);
            return true;
        case SocketEvent::Kind::pong:
            take_pong(event.payload, batch);
            return true;
        case SocketEvent::Kind::closed:
            return false;
    }
    return false;
}

// What cannot be read is dropped with a line in the log, as the reference does.
void Connector::Session::take_text(std::string_view text, Batch& batch) {
    wire::JsonReader in(text, request_json);
    ClientEntry entry = read_client_entry(in, Generation::p2);
    const Result<void> read = in.finish();
    if (read && !entry.message.empty() && entry.message.size() <= limits::json_bytes_max) {
        batch.call.outgoing.push_back(std::move(entry.message));
        return;
    }
    const std::string_view why =
        !read ? std::string_view(read.error().detail) : "a message of at most 64 KB is expected";
    api_.io.log.write(
        io::LogLevel::debug, "socket message dropped", {{"client", client_.value}, {"why", why}});
}

// A pong says that everything up to the message that its ping names has arrived.
void Connector::Session::take_pong(std::string_view payload, Batch& batch) {
    const MessageId arrived{number_in(payload)};
    while (!unacknowledged_.empty() && unacknowledged_.front() <= arrived &&
           batch.call.consumed.size() < limits::interchange_items_max) {
        batch.call.consumed.push_back(unacknowledged_.front());
        unacknowledged_.pop_front();
    }
}

// False: the socket is of no more use.
io::Task<bool> Connector::Session::submit(Batch batch) {
    batch.call.any_owner = true;
    batch.call.hold_unassigned = true;
    batch.call.after = behind_all;
    batch.call.hold = connector_.options_.ping_interval * 2;
    batch.call.touch = !PLAYBACK_PLANT(socket_is_no_activity);
    if (PLAYBACK_PLANT(pong_before_durable)) answer(batch.pings);
    const kernel::Address to = address_of(client_);
    for (;;) {
        mailbox::ClientInterchange call = batch.call;
        const Result<mailbox::ClientExchanged> done =
            co_await api_.kernel.submit(to, std::move(call));
        if (done) break;
        if (!is_for_the_moment(done.error().code)) {
            const bool is_gone = done.error().code == Errc::not_found;
            socket_->close(
                is_gone ? wire::close_code::policy_violation : wire::close_code::try_again_later,
                is_gone ? "There is no such client" : "Try again");
            co_return false;
        }
        if (socket_->handing_over()) {
            unsubmitted_ = std::make_unique<Batch>(std::move(batch));
            co_return false;
        }
        if (socket_->closing()) co_return false;
        const Instant later = api_.io.clock.now() + retry_after;
        co_await io::sleep_until(api_.io.clock, later);
    }
    answer(batch.pings);
    close_if_done();
    co_return true;
}

void Connector::Session::answer(const std::vector<std::string>& pings) {
    for (const std::string& ping : pings) socket_->send(Opcode::pong, ping);
}

// --- to the client ---

io::Task<void> Connector::Session::deliver() {
    const kernel::Address to = address_of(client_);
    while (goes_on()) {
        const kernel::TopicVersion seen = api_.kernel.version(to);
        const Delivered delivered = co_await deliver_some();
        if (delivered == Delivered::last) co_return;
        if (delivered == Delivered::some) continue;
        const Duration patience =
            delivered == Delivered::none ? connector_.options_.ping_interval : retry_after;
        const Instant deadline = api_.io.clock.now() + patience;
        if (!goes_on()) co_return;
        using Watched = kernel::Kernel::Watched;
        const Watched watched = api_.kernel.watch(*this, to, seen, deadline);
        if (watched == Watched::waits) co_return;  // it is started again
        if (watched == Watched::elsewhere) co_await api_.kernel.watch(to, seen, deadline);
    }
}

io::Task<Connector::Session::Delivered> Connector::Session::deliver_some() {
    mailbox::ClientInterchange read;
    read.any_owner = true;
    read.touch = false;
    read.after = sent_;
    if (PLAYBACK_PLANT(sent_is_consumed))
        read.consumed.assign(unacknowledged_.begin(), unacknowledged_.end());
    const kernel::Address to = address_of(client_);
    const Result<mailbox::ClientExchanged> got = co_await api_.kernel.submit(to, std::move(read));
    if (!got && !is_for_the_moment(got.error().code) && got.error().code != Errc::unknown_outcome) {
        socket_->close(wire::close_code::policy_violation, "There is no such client");
        co_return Delivered::last;
    }
    if (socket_->handing_over()) co_return Delivered::last;
    if (got && !got->incoming.empty()) {
        const bool all = co_await send_all(got->incoming);
        co_return all ? Delivered::some : Delivered::last;
    }
    if (got) ended_ = got->ended;
    close_if_done();
    co_return got ? Delivered::none : Delivered::not_now;
}

// False: the socket closed meanwhile, or a token could not be made (the client comes again).
io::Task<bool> Connector::Session::send_all(const std::vector<mailbox::ClientMail>& mails) {
    ClientMailForm form{Generation::p2, client_, {}};
    if (has_invitation(mails)) {
        Result<std::vector<Invitation>> invited = co_await invite(api_, client_, mails);
        if (!invited) {
            socket_->close(wire::close_code::try_again_later, "Try again");
            co_return false;
        }
        form.invitations = *std::move(invited);
    }
    std::string text;
    for (const mailbox::ClientMail& mail : mails) {
        text.clear();
        write_client_message(text, mail, form);
        co_await socket_->wait_for_room();
        if (!socket_->send(Opcode::text, text)) co_return false;
        unacknowledged_.push_back(mail.id);
        sent_ = mail.id;
    }
    socket_->ping(std::to_string(mails.back().id.value));
    co_return true;
}

// A client that has ended and was told everything has no use for its socket.
void Connector::Session::close_if_done() {
    if (ended_ && unacknowledged_.empty()) close(wire::close_code::going_away, "Client deleted");
}

// --- Connector ---

Connector::Connector(Api& api, const SocketOptions& options)
    : api_(api), options_(options), metrics_(api.io.metrics, "connector") {
    services::WebSocketOptions of_socket;
    of_socket.ping_interval = options.ping_interval;
    socket_options_ = std::make_shared<const services::WebSocketOptions>(of_socket);
}

Connector::~Connector() = default;

io::Task<void> Connector::open(Call call) {
    std::optional<Handshake> handshake = read_handshake(call);
    if (!handshake) co_return;
    const Result<services::SocketPass> pass =
        co_await api_.tokens.verify_for_connector(std::move(handshake->token));
    if (!pass) co_return call.fail(pass.error());
    accept_handshake(call, handshake->protocol, std::make_unique<Session>(*this, pass->client));
}

std::unique_ptr<services::Upgrade> Connector::resume(std::string_view words, std::string unsent) {
    Result<PassedConnector> passed = decode<PassedConnector>(words);
    if (!passed) return nullptr;
    return std::make_unique<Session>(*this, *std::move(passed), std::move(unsent));
}

void Connector::stop() {
    for (const auto& [client, session] : sessions_)
        session->close(wire::close_code::going_away, "Node is stopping");
}

io::Task<void> open_connector(Api& api, const Call& call) {
    return api.connector().open(call);
}

}  // namespace playback::omgservers
