// FakeRegistry: a registry of Docker images on 127.0.0.1, just enough of one to be pulled from.
//
// "HOST/probe:1" is an image made of one program, "HOST/hanging:1" never answers, everything else
// does not exist. One thread of its own; each connection carries one request.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace playback::testing {

class FakeRegistry {
public:
    // `directory` is for what the image is packed from.
    FakeRegistry(const std::string& program, const std::string& directory);
    FakeRegistry(const FakeRegistry&) = delete;
    FakeRegistry& operator=(const FakeRegistry&) = delete;
    ~FakeRegistry();

    // "127.0.0.1:40001": a daemon takes plain HTTP from there.
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    struct Content {
        std::string type;
        std::string bytes;
    };

    void add_image(const std::string& program, const std::string& directory);
    std::string add_blob(std::string bytes, const std::string& directory);
    void serve();
    void answer(int connection);

    std::map<std::string, Content> content_;  // by path
    int listener_ = -1;
    unsigned port_ = 0;
    std::vector<int> hanging_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace playback::testing
