// PrivateRegistry: the distribution's own image registry (package docker-registry), of the test's
// own.
//
// It listens on a port of 127.0.0.1 that is its own from the start, so that others can be told of
// it before it runs, and keeps its images in the directory that it is given. Tokens and
// notifications go to the node whose address it is started with. It ends with the test.
#pragma once

#include <string>

#include <sys/types.h>

namespace playback::testing {

class PrivateRegistry {
public:
    explicit PrivateRegistry(std::string directory);
    PrivateRegistry(const PrivateRegistry&) = delete;
    PrivateRegistry& operator=(const PrivateRegistry&) = delete;
    ~PrivateRegistry();

    // "127.0.0.1:40001": a daemon takes plain HTTP from there.
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

    // Starts it: tokens by the node at "host:port", checked by `certificate` (a path), and
    // notifications with `secret` to the same node. Says what went wrong, empty if nothing did.
    [[nodiscard]] std::string start(const std::string& node,
                                    const std::string& certificate,
                                    const std::string& secret);
    // Was an image pushed to `repository` ("acme/shooter")?
    [[nodiscard]] bool holds(const std::string& repository) const;
    // What it has said so far.
    [[nodiscard]] std::string log() const;

private:
    [[nodiscard]] bool answers() const;

    std::string directory_;
    int reserved_ = -1;
    unsigned port_ = 0;
    pid_t process_ = 0;
};

}  // namespace playback::testing
