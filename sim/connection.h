// Connection and SimStream: one simulated TCP or unix connection and its two ends.
//
// A process that dies resets its peers; a machine that loses power falls silent, and answers what
// comes later with a reset once it is up again. Closing with unread bytes resets, as TCP does.
// Whatever one end causes at the other travels through a pipe and takes the time of the link; only
// the room in a send buffer is known at once. Each end belongs to one core; its coroutines are
// resumed there and never inside a step of the other side. The Fabric owns a Connection until both
// streams are gone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/io/clock.h"
#include "engine/io/network.h"
#include "sim/event_queue.h"
#include "sim/link.h"
#include "sim/pipe.h"
#include "sim/scheduler.h"

namespace playback::sim {

class Fabric;
class Machine;

// What a new connection is made of; side 0 connects, side 1 accepts.
struct ConnectionParts {
    std::uint64_t id = 0;
    Random random;
    Machine* machines[2] = {nullptr, nullptr};
    std::string addresses[2];
    Link* links[2] = {nullptr, nullptr};  // links[s] carries what side s sends
    bool loopback = false;
};

class Connection {
public:
    using Count = Result<std::size_t>;

    Connection(Fabric& fabric, ConnectionParts parts);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] std::uint64_t id() const { return parts_.id; }
    [[nodiscard]] const ConnectionParts& parts() const { return parts_; }

    // --- for SimStream ---
    void attach(int side, SimScheduler& scheduler, std::uint64_t node);
    // A read that can be answered now, or nothing.
    bool try_read(int side, std::span<char> buffer, Count& result);
    void wait_read(int side, std::span<char> buffer, io::Resumer<Count> resumer);
    // Sends what there is room for and returns the rest; an error if the end is over.
    Result<std::string_view> push(int side, std::string_view bytes);
    void wait_write(int side, std::string_view rest, io::Resumer<Result<void>> resumer);
    void shutdown_write(int side);
    void close(int side);
    // What is pending ends; returns what of a write did not leave.
    std::string_view interrupt(int side);
    void expire(int side);
    // The stream object is gone.
    void release(int side);

    // --- for the Fabric and faults ---
    [[nodiscard]] std::uint64_t node(int side) const { return ends_[side].node; }
    // The process of this side is gone; its peer is reset, or hears nothing more.
    void vanish(int side, bool silently);
    // Both sides are reset now; what was under way is lost.
    void reset();
    // Nothing passes any more, in either direction, and nobody is told.
    void silence();
    // What `side` sends does not arrive any more, and nobody is told.
    void silence(int side);
    // Both sides read the end of the stream, wherever they are: something between them closed it.
    void sever();
    // A link or a machine works again: what waited goes on.
    void wake();

private:
    struct End {
        SimScheduler* scheduler = nullptr;  // null once its process is gone
        std::uint64_t node = 0;
        std::span<char> read_into;
        io::Resumer<Count> reader;
        std::string_view write_rest;
        io::Resumer<Result<void>> writer;
        bool shut = false;      // will write nothing more
        bool closed = false;    // by this side
        bool reset = false;     // by the other, or by a fault
        bool vanished = false;  // the process died
        bool released = false;
    };

    void arrived_0() { arrived(0); }
    void arrived_1() { arrived(1); }
    void arrived(int side);
    void segment_arrived(int side);
    bool breaks_on_arrival(int side);
    [[nodiscard]] std::size_t room(int side) const;
    void on_reset(int side);
    void arm(int side);
    std::size_t draw_piece(std::size_t room, std::size_t most, std::size_t pieces);
    void credit(int side);
    void refill(int side);
    void answer_with_reset(int side);
    void wake_reader(int side);
    void fail(int side, Errc code, const char* detail);
    void record(int side, std::string_view what);
    [[nodiscard]] bool over(int side) const;

    Fabric& fabric_;
    ConnectionParts parts_;
    Pipe pipes_[2];  // pipes_[s] carries what side s sends
    End ends_[2];
    std::size_t segment_max_ = 0;
    std::uint32_t short_read_permille_ = 0;
    bool silent_[2] = {false, false};  // what this side sends
    bool severed_ = false;
    bool cut_at_first_byte_ = false;
    Instant last_passed_;  // a byte, either way
    MemberEvent<&Connection::arrived_0> arrival_0_{*this};
    MemberEvent<&Connection::arrived_1> arrival_1_{*this};
};

class SimStream final : public io::Stream {
public:
    SimStream(Connection& connection, int side, io::Clock& clock);
    ~SimStream() override;

    io::Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    io::Task<Result<void>> write(std::string_view bytes) override;
    void shutdown_write() override { connection_.shutdown_write(side_); }
    void close() override { connection_.close(side_); }
    void expire_at(Instant at) override;
    void interrupt() override;
    io::Detached detach() override;
    [[nodiscard]] std::string peer_address() const override {
        return connection_.parts().addresses[1 - side_];
    }
    [[nodiscard]] Connection& connection() { return connection_; }

private:
    // Moving a deadline back costs nothing: the timer finds out when it fires.
    struct Expiry final : io::Timer {
        Expiry(io::Clock& clock, SimStream& stream) : Timer(clock), owner(stream) {}
        void fire() override { owner.expired(); }
        SimStream& owner;
    };
    void expired();
    [[nodiscard]] bool past_deadline() const { return clock_.now() >= deadline_; }

    Connection& connection_;
    int side_;
    io::Clock& clock_;
    Instant deadline_ = never;
    bool interrupted_ = false;
    bool detached_ = false;
    std::string unsent_;  // since it was interrupted
    Expiry expiry_;
};

// A stream between two owners in one process.
struct StreamHandle final : io::Handle {
    explicit StreamHandle(std::unique_ptr<SimStream> its_stream) : stream(std::move(its_stream)) {}
    std::unique_ptr<SimStream> stream;
};

}  // namespace playback::sim
