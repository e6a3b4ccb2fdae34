#include "sim/connection.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "sim/fabric.h"
#include "sim/machine.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

std::size_t draw_buffer(Random& random, const NetworkKnobs& knobs) {
    const auto low = static_cast<std::int64_t>(knobs.buffer_low);
    const auto high = static_cast<std::int64_t>(knobs.buffer_high);
    return static_cast<std::size_t>(random.log_between(low, high));
}

}  // namespace

Connection::Connection(Fabric& fabric, ConnectionParts parts)
    : fabric_(fabric),
      parts_(std::move(parts)),
      pipes_{Pipe(draw_buffer(parts_.random, fabric.knobs())),
             Pipe(draw_buffer(parts_.random, fabric.knobs()))} {
    const NetworkKnobs& knobs = fabric_.knobs();
    short_read_permille_ = knobs.short_read_permille;
    if (knobs.segmented_permille > 0 && parts_.random.chance(knobs.segmented_permille, 1000))
        segment_max_ = static_cast<std::size_t>(parts_.random.log_between(1, 1460));
    cut_at_first_byte_ = parts_.links[0]->faults.cuts_new || parts_.links[1]->faults.cuts_new;
    last_passed_ = fabric_.world().now();
}

void Connection::record(int side, std::string_view what) {
    fabric_.world().trace().record(
        TraceKind::network, id(), static_cast<std::uint64_t>(side), pipes_[side].sent(), what);
}

void Connection::attach(int side, SimScheduler& scheduler, std::uint64_t node) {
    ends_[side].scheduler = &scheduler;
    ends_[side].node = node;
}

bool Connection::over(int side) const {
    const End& end = ends_[side];
    return end.closed || end.vanished || end.reset;
}

// --- reading ---

bool Connection::try_read(int side, std::span<char> buffer, Count& result) {
    End& end = ends_[side];
    Pipe& in = pipes_[1 - side];
    if (end.closed || end.vanished) {
        result = Error{Errc::closed, "stream was closed"};
    } else if (in.readable() > 0) {
        const std::uint32_t permille =
            std::max(short_read_permille_, parts_.links[1 - side]->faults.short_read_permille);
        if (permille > 0 && parts_.random.chance(permille, 1000))
            buffer = buffer.first(1 + parts_.random.below(buffer.size()));
        result = in.read(buffer);
        credit(1 - side);
    } else if (end.reset) {
        result = Error{Errc::reset, "connection reset by peer"};
    } else if (in.ended()) {
        result = std::size_t{0};
    } else {
        return false;
    }
    return true;
}

void Connection::wait_read(int side, std::span<char> buffer, io::Resumer<Count> resumer) {
    CHECK(!ends_[side].reader);
    CHECK(!buffer.empty());
    ends_[side].read_into = buffer;
    ends_[side].reader = std::move(resumer);
}

void Connection::wake_reader(int side) {
    End& end = ends_[side];
    if (!end.reader || end.scheduler == nullptr) return;
    Count result{0};
    if (!try_read(side, end.read_into, result)) return;
    // The coroutine may destroy this connection's stream: nothing may follow here.
    io::Resumer<Count> reader = std::move(end.reader);
    end.scheduler->complete(reader, std::move(result));
}

// --- writing ---

// Cuts may fall on any byte, but there are not many of them in one write: a large body in single
// bytes would take a run's whole budget and find nothing more.
std::size_t Connection::draw_piece(std::size_t room, std::size_t most, std::size_t pieces) {
    constexpr std::size_t pieces_max = 16;
    if (pieces >= pieces_max) return room;
    if (parts_.random.chance(1, 4)) most = room;
    return std::min(room, 1 + parts_.random.below(most));
}

Result<std::string_view> Connection::push(int side, std::string_view bytes) {
    End& end = ends_[side];
    fabric_.before_send(end.node);
    if (severed_) return Error{Errc::reset, "broken pipe"};
    if (end.closed || end.vanished || end.shut) return Error{Errc::closed, "stream was closed"};
    if (end.reset) return Error{Errc::reset, "connection reset by peer"};
    Pipe& out = pipes_[side];
    Link& link = *parts_.links[side];
    const Instant now = fabric_.world().now();
    const Duration idle_max = link.faults.idle_max;
    if (idle_max.ns > 0 && now - last_passed_ > idle_max && !silent_[side]) silence();
    const std::size_t most = link.faults.segment > 0 ? link.faults.segment : segment_max_;
    std::size_t left = std::min(room(side), bytes.size());
    fabric_.world().trace().show(
        TraceKind::send, id(), static_cast<std::uint64_t>(side), out.sent(), bytes.substr(0, left));
    for (std::size_t pieces = 1; left > 0; ++pieces) {
        const std::size_t piece = most > 0 ? draw_piece(left, most, pieces) : left;
        out.send(bytes.substr(0, piece), link.arrival(now, piece, parts_.random));
        bytes.remove_prefix(piece);
        left -= piece;
    }
    arm(side);
    return bytes;
}

void Connection::wait_write(int side, std::string_view rest, io::Resumer<Result<void>> resumer) {
    CHECK(!ends_[side].writer);
    ends_[side].write_rest = rest;
    ends_[side].writer = std::move(resumer);
}

// What may be sent now: what the receiver has room for, within the window of a fault.
std::size_t Connection::room(int side) const {
    const Pipe& out = pipes_[side];
    const std::size_t window = parts_.links[side]->faults.window;
    if (window == 0) return out.room();
    return out.unacknowledged() < window ? std::min(out.room(), window - out.unacknowledged()) : 0;
}

// What the reader of pipe `side` took is heard by its sender, unless the way back is blocked.
void Connection::credit(int side) {
    if (silent_[1 - side] || parts_.links[1 - side]->faults.blocked) return;
    pipes_[side].acknowledge();
    refill(side);
}

void Connection::refill(int side) {
    End& end = ends_[side];
    if (!end.writer || over(side) || room(side) == 0) return;
    Result<std::string_view> rest = push(side, end.write_rest);
    if (!rest) return fail(side, rest.error().code, "connection ended");
    end.write_rest = *rest;
    if (!rest->empty()) return;
    // Only posted: this runs inside a step of the reading side.
    io::Resumer<Result<void>> writer = std::move(end.writer);
    writer.resume({});
}

void Connection::shutdown_write(int side) {
    End& end = ends_[side];
    if (end.shut || over(side)) return;
    CHECK(!end.writer);
    end.shut = true;
    record(side, "fin");
    const Instant now = fabric_.world().now();
    pipes_[side].send_fin(parts_.links[side]->arrival(now, 0, parts_.random));
    arm(side);
}

// --- ends that end ---

void Connection::fail(int side, Errc code, const char* detail) {
    End& end = ends_[side];
    io::Resumer<Count> reader = std::move(end.reader);
    io::Resumer<Result<void>> writer = std::move(end.writer);
    reader.resume(Error{code, detail});
    writer.resume(Error{code, detail});
}

void Connection::close(int side) {
    End& end = ends_[side];
    if (end.closed || end.vanished) return;
    end.closed = true;
    if (!end.reset && !severed_) {
        Pipe& in = pipes_[1 - side];
        const Instant at = parts_.links[side]->arrival(fabric_.world().now(), 0, parts_.random);
        const bool unread = in.readable() > 0;
        // An unfinished write is cut off, so its peer must not take it for the whole.
        const bool cut = static_cast<bool>(end.writer);
        record(side, unread || cut ? "close, reset" : "close");
        if (unread || cut)
            pipes_[side].send_rst(at);
        else if (!end.shut)
            pipes_[side].send_fin(at);
        end.shut = true;
        arm(side);
        in.drop_arrived();
        credit(1 - side);
    }
    fail(side, Errc::closed, "stream was closed");
}

std::string_view Connection::interrupt(int side) {
    End& end = ends_[side];
    const std::string_view rest = end.writer ? end.write_rest : std::string_view();
    fail(side, Errc::closed, "stream was interrupted");
    return rest;
}

void Connection::expire(int side) {
    fail(side, Errc::timed_out, "stream deadline passed");
}

void Connection::release(int side) {
    close(side);
    ends_[side].released = true;
    ends_[side].scheduler = nullptr;
    if (ends_[1 - side].released) fabric_.forget(*this);
}

void Connection::vanish(int side, bool silently) {
    End& end = ends_[side];
    if (end.vanished) return;
    const bool was_over = over(side);
    end.vanished = true;
    end.scheduler = nullptr;
    record(side, silently ? "vanished" : "died");
    // A machine without power answers once it is up again; half-open is for ever.
    if (silently && parts_.machines[side]->powered) silence();
    if (was_over || silently || severed_) return;
    // A dying process leaves what its kernel holds: sent first, or thrown away with the reset.
    if (parts_.random.chance(1, 2)) pipes_[side].drop_under_way();
    const Instant now = fabric_.world().now();
    pipes_[side].send_rst(parts_.links[side]->arrival(now, 0, parts_.random));
    arm(side);
}

void Connection::reset() {
    record(0, "reset by fault");
    for (Pipe& pipe : pipes_) pipe.drop_under_way();
    on_reset(0);
    on_reset(1);
}

void Connection::on_reset(int side) {
    End& end = ends_[side];
    if (over(side)) return;
    end.reset = true;
    Pipe& in = pipes_[1 - side];
    // What arrived before may still be read, or is thrown away: systems differ.
    if (in.readable() > 0 && parts_.random.chance(1, 2)) in.drop_arrived();
    fail(side, Errc::reset, "connection reset by peer");
}

void Connection::silence() {
    silence(0);
    silence(1);
}

void Connection::silence(int side) {
    record(side, "silenced");
    silent_[side] = true;
    pipes_[side].drop_under_way();
    (side == 0 ? static_cast<Event&>(arrival_0_) : arrival_1_).cancel();
}

void Connection::sever() {
    if (severed_) return;
    record(0, "severed");
    severed_ = true;
    for (int side = 0; side < 2; ++side) {
        if (over(side)) continue;
        ends_[side].shut = true;
        pipes_[side].drop_under_way();
        pipes_[side].send_fin(fabric_.world().now());
        arm(side);
        io::Resumer<Result<void>> writer = std::move(ends_[side].writer);
        writer.resume(Error{Errc::reset, "broken pipe"});
    }
}

// --- bytes under way ---

void Connection::arm(int side) {
    Event& event = side == 0 ? static_cast<Event&>(arrival_0_) : arrival_1_;
    const Pipe& pipe = pipes_[side];
    if (silent_[side] || event.scheduled() || !pipe.under_way() || !parts_.links[side]->passes())
        return;
    if (!parts_.machines[1 - side]->powered) return;
    fabric_.world().schedule(event, pipe.next().at);
}

void Connection::wake() {
    for (int side = 0; side < 2; ++side) {
        Pipe& pipe = pipes_[side];
        const Instant now = fabric_.world().now();
        if (parts_.links[side]->passes() && pipe.under_way() && pipe.next().at <= now) {
            // Retransmission after an outage backs off, so it does not come at once.
            const Duration backoff = nanoseconds(parts_.random.log_between(1'000, 400'000'000));
            pipe.delay_until(now + backoff);
        }
        arm(side);
        if (pipe.unheard()) credit(side);
        refill(side);
    }
}

// The head of pipe `side` is there, if nothing holds it.
void Connection::arrived(int side) {
    if (silent_[side] || !pipes_[side].under_way()) return;
    if (!parts_.links[side]->passes() || !parts_.machines[1 - side]->powered) return;
    if (pipes_[side].next().at > fabric_.world().now()) return arm(side);
    segment_arrived(side);
}

void Connection::segment_arrived(int side) {
    Pipe& pipe = pipes_[side];
    const int receiver = 1 - side;
    const Segment segment = pipe.next();
    last_passed_ = fabric_.world().now();
    if (breaks_on_arrival(side)) return;
    const std::string_view bytes = pipe.arrive();
    fabric_.world().trace().record(
        TraceKind::deliver,
        id(),
        static_cast<std::uint64_t>(side),
        segment.end << 2 | (segment.fin ? 2U : 0U) | (segment.rst ? 1U : 0U),
        bytes);
    arm(side);
    if (segment.rst) return on_reset(receiver);
    if (ends_[receiver].closed || ends_[receiver].vanished) {
        pipe.drop_arrived();
        if (!segment.fin || ends_[receiver].vanished) answer_with_reset(receiver);
        return;
    }
    wake_reader(receiver);
}

// A fault of the link hits the segment: true if the connection is reset by it.
bool Connection::breaks_on_arrival(int side) {
    const LinkFaults& faults = parts_.links[side]->faults;
    Pipe& pipe = pipes_[side];
    const std::size_t bytes = pipe.next().end - pipe.arrived();
    if (bytes == 0) return false;
    constexpr std::uint64_t all = 1'000'000;
    const bool breaks = faults.reset_ppm > 0 && parts_.random.chance(faults.reset_ppm, all);
    if (breaks || cut_at_first_byte_) {
        reset();
        return true;
    }
    if (faults.corrupt_ppm > 0 && parts_.random.chance(faults.corrupt_ppm, all)) {
        const std::uint64_t place = pipe.arrived() + parts_.random.below(bytes);
        const auto bit = static_cast<unsigned>(parts_.random.below(8));
        pipe.flip(place, bit);
        record(side, "corrupted");
    }
    return false;
}

// Bytes came for an end that is no more.
void Connection::answer_with_reset(int side) {
    if (over(1 - side) || ends_[side].reset) return;
    ends_[side].reset = true;
    const Instant now = fabric_.world().now();
    pipes_[side].drop_under_way();
    pipes_[side].send_rst(parts_.links[side]->arrival(now, 0, parts_.random));
    arm(side);
}

// --- SimStream ---

SimStream::SimStream(Connection& connection, int side, io::Clock& clock)
    : connection_(connection), side_(side), clock_(clock), expiry_(clock, *this) {
}

SimStream::~SimStream() {
    if (!detached_) connection_.release(side_);
}

io::Task<Result<std::size_t>> SimStream::read_some(std::span<char> buffer) {
    Connection::Count result{0};
    if (interrupted_) co_return Error{Errc::closed, "stream was interrupted"};
    if (connection_.try_read(side_, buffer, result)) co_return result;
    if (past_deadline()) co_return Error{Errc::timed_out, "stream deadline passed"};
    auto start = [this, buffer](io::Resumer<Connection::Count> resumer) {
        connection_.wait_read(side_, buffer, std::move(resumer));
    };
    Connection::Count read = co_await io::suspend<Connection::Count>(start);
    co_return read;
}

io::Task<Result<void>> SimStream::write(std::string_view bytes) {
    if (interrupted_) {
        unsent_ += bytes;
        co_return Error{Errc::closed, "stream was interrupted"};
    }
    const Result<std::string_view> rest = connection_.push(side_, bytes);
    if (!rest) co_return Error(rest.error());
    if (rest->empty()) co_return Result<void>{};
    if (past_deadline()) co_return Error{Errc::timed_out, "stream deadline passed"};
    auto start = [this, left = *rest](io::Resumer<Result<void>> resumer) {
        connection_.wait_write(side_, left, std::move(resumer));
    };
    Result<void> written = co_await io::suspend<Result<void>>(start);
    co_return written;
}

void SimStream::expire_at(Instant at) {
    if (interrupted_) return;
    deadline_ = at;
    if (at == never) return expiry_.disarm();
    if (!expiry_.armed() || at < expiry_.at()) expiry_.arm(at);
}

void SimStream::interrupt() {
    if (std::exchange(interrupted_, true)) return;
    expiry_.disarm();
    unsent_ = connection_.interrupt(side_);
}

io::Detached SimStream::detach() {
    CHECK(interrupted_ && !detached_);
    detached_ = true;
    auto heir = std::make_unique<SimStream>(connection_, side_, clock_);
    return {std::make_unique<StreamHandle>(std::move(heir)), std::move(unsent_)};
}

void SimStream::expired() {
    if (deadline_ == never) return;
    if (!past_deadline()) return expiry_.arm(deadline_);
    connection_.expire(side_);
}

}  // namespace playback::sim
