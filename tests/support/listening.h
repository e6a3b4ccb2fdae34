// Listening: a port of this machine that takes connections, and answers the first caller with a
// text, if with anything: a service that hangs, or one that says a single thing.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace playback::testing {

class Listening {
public:
    explicit Listening(std::string answer = {});
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    void answer_once() const;

    std::string answer_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::thread answering_;
};

}  // namespace playback::testing
