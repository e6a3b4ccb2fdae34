#include "tools/playback/handover_channel.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "adapters/asio/handle.h"

namespace playback::tools {
namespace {

using adapters::Descriptor;

constexpr Duration send_patience = seconds(10);  // for the other side to take what is sent
constexpr std::uint64_t frame_bytes_max = std::uint64_t{1} << 30;

struct Head {
    std::uint64_t size;
    std::uint64_t kind;
};

// A control message with room for one descriptor.
struct alignas(cmsghdr) Control {
    std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

struct ListenerWords {
    std::string asked;
    std::string local;
    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "asked", self.asked);
        visit(2, "local", self.local);
    }
};

struct ParcelWords {
    std::string unsent;
    std::string received;
    std::string words;
    std::int64_t request_deadline = never.ns;
    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "unsent", self.unsent);
        visit(2, "received", self.received);
        visit(3, "words", self.words);
        visit(4, "request_deadline", self.request_deadline);
    }
};

Error channel_error(int number) {
    if (number == EAGAIN || number == EWOULDBLOCK)
        return {Errc::timed_out, "the other process does not answer"};
    if (number == EPIPE || number == ECONNRESET || number == 0)
        return {Errc::closed, "the other process is gone"};
    return {Errc::io_failed,
            std::string("cannot talk to the other process: ") +
                std::strerror(number)};  // NOLINT(concurrency-mt-unsafe)
}

void set_patience(int socket, int option, Duration patience) {
    timeval time{};
    time.tv_sec = patience.ns / 1'000'000'000;
    time.tv_usec = patience.ns % 1'000'000'000 / 1000;
    ::setsockopt(socket, SOL_SOCKET, option, &time, sizeof time);
}

int descriptor_of(const io::Handle* handle) {
    const auto* const socket = dynamic_cast<const adapters::SocketHandle*>(handle);
    return socket == nullptr ? -1 : socket->descriptor();
}

std::unique_ptr<io::Handle> handle_of(Descriptor descriptor) {
    if (!descriptor) return nullptr;
    return std::make_unique<adapters::SocketHandle>(std::move(descriptor));
}

Result<services::ListenerParcel> read_listener(HandoverChannel::Frame& frame) {
    TRY(words, decode<ListenerWords>(frame.bytes));
    TRY(asked, io::parse_endpoint(words.asked));
    TRY(local, io::parse_endpoint(words.local));
    return services::ListenerParcel{
        handle_of(std::move(frame.descriptor)), std::move(asked), std::move(local)};
}

Result<services::Parcel> read_parcel(HandoverChannel::Frame& frame) {
    TRY(words, decode<ParcelWords>(frame.bytes));
    return services::Parcel{handle_of(std::move(frame.descriptor)),
                            std::move(words.unsent),
                            std::move(words.received),
                            std::move(words.words),
                            Instant{words.request_deadline}};
}

}  // namespace

HandoverChannel::HandoverChannel(Descriptor socket) : socket_(std::move(socket)) {
    const int flags = ::fcntl(socket_.get(), F_GETFL);
    ::fcntl(socket_.get(), F_SETFL, flags & ~O_NONBLOCK);
    set_patience(socket_.get(), SO_SNDTIMEO, send_patience);
}

Result<HandoverChannel> HandoverChannel::connect(const std::string& path) {
    TRY(address, adapters::SocketAddress::of_path(path));
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return channel_error(errno);
    if (::connect(socket.get(), address.get(), address.size()) != 0) {
        if (errno == ENOENT) return Error{Errc::not_found, path + " is not there"};
        return adapters::connect_error({"", 0, path}, errno);
    }
    return HandoverChannel(std::move(socket));
}

Result<void> HandoverChannel::send(Kind kind, std::string_view bytes, int descriptor) {
    Head head{bytes.size(), static_cast<std::uint64_t>(kind)};
    iovec piece{&head, sizeof head};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    Control control;
    if (descriptor >= 0) {
        message.msg_control = control.bytes.data();
        message.msg_controllen = control.bytes.size();
        cmsghdr* const part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return channel_error(errno);
    const std::string_view whole(reinterpret_cast<const char*>(&head), sizeof head);
    TRY_VOID(send_all(whole.substr(static_cast<std::size_t>(sent))));
    return send_all(bytes);
}

Result<void> HandoverChannel::send_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return channel_error(errno);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<void> HandoverChannel::receive_all(char* into, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::recv(socket_.get(), into, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return channel_error(got == 0 ? 0 : errno);
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return {};
}

Result<HandoverChannel::Frame> HandoverChannel::receive(Duration patience) {
    set_patience(socket_.get(), SO_RCVTIMEO, patience);
    Head head{};
    iovec piece{&head, sizeof head};
    Control control;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    ssize_t got = -1;
    do {
        got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return channel_error(got == 0 ? 0 : errno);

    Frame frame;
    const cmsghdr* const part = CMSG_FIRSTHDR(&message);
    if (part != nullptr && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
        int number = -1;
        std::memcpy(&number, CMSG_DATA(part), sizeof number);
        frame.descriptor = Descriptor(number);
    }
    if ((message.msg_flags & MSG_CTRUNC) != 0)
        return Error{Errc::io_failed, "no descriptors are left for the connections"};
    const auto whole = static_cast<std::size_t>(got);
    TRY_VOID(receive_all(reinterpret_cast<char*>(&head) + whole, sizeof head - whole));
    const auto last = static_cast<std::uint64_t>(Kind::withdrawn);
    if (head.size > frame_bytes_max || head.kind == 0 || head.kind > last)
        return Error{Errc::corrupt, "the other process speaks another language"};
    frame.kind = static_cast<Kind>(head.kind);
    frame.bytes.resize(static_cast<std::size_t>(head.size));
    TRY_VOID(receive_all(frame.bytes.data(), frame.bytes.size()));
    return frame;
}

Result<HandoverChannel::Frame> HandoverChannel::expect(Kind kind, Duration patience) {
    Result<Frame> frame = receive(patience);
    if (!frame || frame->kind == kind) return frame;
    if (frame->kind == Kind::refused || frame->kind == Kind::failed)
        return Error{Errc::refused, frame->bytes};
    if (frame->kind == Kind::withdrawn)
        return Error{Errc::refused, "the running node has withdrawn its handover"};
    return Error{Errc::corrupt, "the other process speaks out of turn"};
}

bool HandoverChannel::is_of_same_user() const {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

Result<void> HandoverChannel::send_luggage(const services::Luggage& luggage) {
    for (const services::ListenerParcel& one : luggage.listeners) {
        const ListenerWords words{io::to_string(one.asked), io::to_string(one.local)};
        TRY_VOID(send(Kind::listener, encode(words), descriptor_of(one.handle.get())));
    }
    for (const services::Parcel& one : luggage.parcels) {
        const ParcelWords words{one.unsent, one.received, one.words, one.request_deadline.ns};
        TRY_VOID(send(Kind::parcel, encode(words), descriptor_of(one.handle.get())));
    }
    return {};
}

Result<services::Luggage> HandoverChannel::receive_luggage(std::vector<Descriptor>& lifelines,
                                                           Duration patience) {
    services::Luggage luggage;
    for (;;) {
        TRY(frame, receive(patience));
        switch (frame.kind) {
            case Kind::listener: {
                TRY(listener, read_listener(frame));
                luggage.listeners.push_back(std::move(listener));
                break;
            }
            case Kind::parcel: {
                TRY(parcel, read_parcel(frame));
                luggage.parcels.push_back(std::move(parcel));
                break;
            }
            case Kind::lifeline:
                lifelines.push_back(std::move(frame.descriptor));
                break;
            case Kind::sent_all:
                return luggage;
            default:
                return Error{Errc::corrupt, "the running node speaks out of turn"};
        }
    }
}

}  // namespace playback::tools
