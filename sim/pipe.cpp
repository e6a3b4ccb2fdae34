#include "sim/pipe.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

namespace playback::sim {

Instant Pipe::behind(Instant at) const {
    return std::max(at, last_at_);
}

void Pipe::send(std::string_view bytes, Instant at) {
    CHECK(bytes.size() <= room());
    bytes_.append(bytes);
    sent_ += bytes.size();
    last_at_ = behind(at);
    segments_.push_back({last_at_, sent_});
}

void Pipe::send_fin(Instant at) {
    last_at_ = behind(at);
    segments_.push_back({last_at_, sent_, true, false});
}

void Pipe::send_rst(Instant at) {
    last_at_ = behind(at);
    segments_.push_back({last_at_, sent_, false, true});
}

std::string_view Pipe::arrive() {
    const Segment segment = segments_.front();
    segments_.pop_front();
    const std::uint64_t from = arrived_;
    arrived_ = segment.end;
    fin_arrived_ = fin_arrived_ || segment.fin;
    return std::string_view(bytes_).substr(from - base_, arrived_ - from);
}

std::size_t Pipe::read(std::span<char> into) {
    const std::size_t count = std::min(into.size(), readable());
    if (count == 0) return 0;
    std::memcpy(into.data(), bytes_.data() + (read_ - base_), count);
    read_ += count;
    compact();
    return count;
}

void Pipe::compact() {
    constexpr std::size_t worth_moving = 64 * 1024;
    const std::size_t done = read_ - base_;
    if (done == bytes_.size())
        bytes_.clear();
    else if (done >= worth_moving)
        bytes_.erase(0, done);
    else
        return;
    base_ = read_;
}

void Pipe::drop_under_way() {
    segments_.clear();
    bytes_.resize(arrived_ - base_);
    sent_ = arrived_;
    acked_ = std::min(acked_, sent_);
}

void Pipe::delay_until(Instant at) {
    for (Segment& segment : segments_) segment.at = std::max(segment.at, at);
    last_at_ = behind(at);
}

}  // namespace playback::sim
