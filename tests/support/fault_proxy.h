// FaultProxy: a bad network between real processes: a TCP proxy on a port of 127.0.0.1 that carries
// its connections slowly, in crumbs, cuts them, or lets them hang.
//
// What becomes of a connection is drawn when it is accepted, from the seed: of ten, four are
// carried well, two in crumbs with pauses, two are cut with a reset behind a drawn number of bytes
// in either direction, and two fall silent there and are reset a second later. One thread; it ends
// with the object, and its connections with it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace playback::testing {

class FaultProxy {
public:
    // Carries to `port` of 127.0.0.1; connections that come while nobody listens there are reset.
    FaultProxy(std::uint16_t port, std::uint64_t seed);
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy();

    // "http://127.0.0.1:40001"
    [[nodiscard]] std::string url() const;

    struct Counts {
        std::atomic<int> carried = 0;  // connections
        std::atomic<int> crumbled = 0;
        std::atomic<int> cut = 0;
        std::atomic<int> hung = 0;
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    void run();

    std::uint16_t target_;
    std::uint64_t seed_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    Counts counts_;
    std::atomic<bool> stops_ = false;
    std::thread thread_;
};

}  // namespace playback::testing
