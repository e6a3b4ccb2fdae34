// Talker: what is said and heard on one connection of a load; bytes in, bytes out.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace playback::bench {

struct Heard {
    std::size_t used = 0;      // bytes from the front
    std::size_t answered = 0;  // of what was said, in the order in which it was
};

class Talker {
public:
    Talker() = default;
    Talker(const Talker&) = delete;
    Talker& operator=(const Talker&) = delete;
    virtual ~Talker() = default;

    // Appends one more request or message.
    virtual void say(std::string& out) = 0;
    // Takes what is whole from the front of `unread`, which it may write to, and may append to
    // `out` what has to be said in return. Fails with what was wrong with it: the measurement then
    // has no value.
    virtual Result<Heard> hear(std::span<char> unread, std::string& out) = 0;
};

}  // namespace playback::bench
