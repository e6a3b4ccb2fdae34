// Pipe: one direction of a connection: bytes that were sent, are under way, have arrived.
//
// Offsets count from the start of the stream: read <= arrived <= sent. Segments arrive in order.
// The room of the sender is bounded by what the reader has taken and the sender has heard of
// (`acked`): that is the backpressure. Pure bookkeeping: no events, no coroutines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace playback::sim {

struct Segment {
    Instant at;
    std::uint64_t end = 0;  // stream offset behind it
    bool fin = false;
    bool rst = false;
};

class Pipe {
public:
    explicit Pipe(std::size_t capacity) : capacity_(capacity) {}

    [[nodiscard]] std::size_t room() const {
        const std::size_t used = sent_ - acked_;
        return used < capacity_ ? capacity_ - used : 0;
    }
    // Sent, and not known to be taken.
    [[nodiscard]] std::size_t unacknowledged() const { return sent_ - acked_; }
    [[nodiscard]] std::size_t readable() const { return arrived_ - read_; }
    [[nodiscard]] bool ended() const { return fin_arrived_ && readable() == 0; }
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    [[nodiscard]] std::uint64_t arrived() const { return arrived_; }

    // Puts bytes on their way; no more than `room`. `at` is moved behind what is under way.
    void send(std::string_view bytes, Instant at);
    void send_fin(Instant at);
    void send_rst(Instant at);

    [[nodiscard]] bool under_way() const { return !segments_.empty(); }
    [[nodiscard]] const Segment& next() const { return segments_.front(); }
    // The next segment arrives: its bytes (valid until the next call), empty for fin and rst.
    std::string_view arrive();

    std::size_t read(std::span<char> into);
    // The sender hears what was read.
    void acknowledge() { acked_ = read_; }
    [[nodiscard]] bool unheard() const { return acked_ != read_; }

    // What is under way is lost, with the connection.
    void drop_under_way();
    // The receiver gives up what it has not read.
    void drop_arrived() { read_ = arrived_; }
    // A bit of a byte under way, by its stream offset, is another.
    void flip(std::uint64_t offset, unsigned bit) {
        char& byte = bytes_[offset - base_];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit));
    }
    // Everything under way comes at `at` or later (after an outage).
    void delay_until(Instant at);

private:
    [[nodiscard]] Instant behind(Instant at) const;
    void compact();

    std::size_t capacity_;
    std::string bytes_;  // from offset base_ on
    std::uint64_t base_ = 0;
    std::uint64_t read_ = 0;
    std::uint64_t acked_ = 0;
    std::uint64_t arrived_ = 0;
    std::uint64_t sent_ = 0;
    bool fin_arrived_ = false;
    Instant last_at_;
    std::deque<Segment> segments_;
};

}  // namespace playback::sim
