#include "tests/support/listening.h"

#include <array>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace playback::testing {

Listening::Listening(std::string answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const plain = static_cast<const sockaddr*>(static_cast<void*>(&address));
    EXPECT_EQ(::bind(socket_, plain, sizeof(address)), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    socklen_t size = sizeof(address);
    ::getsockname(socket_, static_cast<sockaddr*>(static_cast<void*>(&address)), &size);
    port_ = ntohs(address.sin_port);
    if (!answer_.empty()) answering_ = std::thread([this] { answer_once(); });
}

Listening::~Listening() {
    ::shutdown(socket_, SHUT_RDWR);
    if (answering_.joinable()) answering_.join();
    ::close(socket_);
}

void Listening::answer_once() const {
    const int caller = ::accept(socket_, nullptr, nullptr);
    if (caller < 0) return;
    std::array<char, 4096> request{};
    (void)!::read(caller, request.data(), request.size());
    (void)!::write(caller, answer_.data(), answer_.size());
    ::close(caller);
}

}  // namespace playback::testing
