// SocketTalkers: who says what over a WebSocket: players with one message, again and again, and the
// other ends of a real-time relay, which say back what they hear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tools/bench_macro/game.h"
#include "tools/bench_macro/load.h"
#include "tools/bench_macro/socket_frames.h"

namespace playback::bench {

// An open WebSocket of a server on this machine; nobody speaks there yet. Blocking.
// `number`: which of its load it is.
Result<Line> open_socket(std::uint16_t port, const SocketAddress& address, std::size_t number = 0);

// Says `frame`, and takes each message for an answer. Pings are answered.
class SocketPlayer final : public Talker {
public:
    // `counts` says whether a message is an answer; without it each is.
    using Counts = std::function<bool(std::string_view payload)>;

    explicit SocketPlayer(std::string frame, Counts counts = nullptr)
        : frame_(std::move(frame)), counts_(std::move(counts)) {}

    void say(std::string& out) override { out += frame_; }
    Result<Heard> hear(std::span<char> unread, std::string& out) override;

private:
    std::string frame_;
    Counts counts_;
};

// Answers each message at once, with the frame that belongs to who said it.
class SocketRuntime final : public Talker {
public:
    using SpeakerOf = std::function<std::string_view(std::string_view payload)>;
    using FrameFor = std::function<std::string(std::string_view speaker)>;

    SocketRuntime(SpeakerOf speaker_of, FrameFor frame_for)
        : speaker_of_(std::move(speaker_of)), frame_for_(std::move(frame_for)) {}

    void say(std::string&) override {}
    Result<Heard> hear(std::span<char> unread, std::string& out) override;

private:
    SpeakerOf speaker_of_;
    FrameFor frame_for_;
    std::map<std::string, std::string, std::less<>> frames_;  // by speaker
};

}  // namespace playback::bench
