#include "tools/playback/handover.h"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "adapters/asio/handle.h"
#include "engine/io/wait.h"

namespace playback::tools {
namespace {

namespace fs = std::filesystem;

using adapters::Descriptor;
using Kind = HandoverChannel::Kind;

constexpr Duration greeting_patience = seconds(2);
constexpr Duration quiet_patience = seconds(120);  // the running node finishes what it does
constexpr Duration open_patience = seconds(60);    // the successor opens the data
constexpr Duration word_patience = seconds(10);
constexpr Duration accept_pause = milliseconds(100);

std::string canonical(const std::string& path) {
    std::error_code failed;
    const fs::path found = fs::weakly_canonical(path, failed);
    return failed ? path : found.string();
}

}  // namespace

std::string handover_path(const std::string& data) {
    return data + "/handover.sock";
}

// --- the running node ---

Successors::Successors(adapters::RealWorld& world,
                       std::string data,
                       std::string refusal,
                       std::function<void()> came)
    : world_(world),
      thread_(world.add_worker()),
      data_(std::move(data)),
      refusal_(std::move(refusal)),
      came_(std::move(came)),
      tasks_(world.executor()) {
}

Result<void> Successors::listen() {
    const std::string path = handover_path(data_);
    TRY(listener, world_.network().listen({"", 0, path}));
    // The process's umask keeps others away until this is done.
    if (::chmod(path.c_str(), 0600) != 0)
        return adapters::system_error(Errc::io_failed, "cannot keep " + path + " private", errno);
    listener_ = std::move(listener);
    tasks_.spawn(accept());
    return {};
}

Result<void> Successors::listen_again() {
    waits_ = false;
    channel_.reset();
    return listen();
}

io::Task<void> Successors::accept() {
    while (listener_ && !waits_) {
        Result<std::unique_ptr<io::Stream>> stream = co_await listener_->accept();
        if (!stream && stream.error().code == Errc::closed) co_return;
        if (!stream) {
            const Instant later = world_.clock().now() + accept_pause;
            co_await io::sleep_until(world_.clock(), later);
            continue;
        }
        (*stream)->interrupt();
        const io::Detached connection = (*stream)->detach();
        auto* const socket = static_cast<adapters::SocketHandle*>(connection.handle.get());
        if (socket == nullptr) continue;
        channel_.emplace(socket->take());
        std::function<Result<void>()> greeting = [this] { return greet(*channel_); };
        const Result<void> welcome = co_await on_thread(std::move(greeting));
        waits_ = welcome.has_value();
        if (waits_) came_();
    }
}

Result<void> Successors::greet(HandoverChannel& channel) const {
    TRY(frame, channel.expect(Kind::hello, greeting_patience));
    TRY(hello, decode<HandoverHello>(frame.bytes));
    std::string wrong = refusal_;
    if (!channel.is_of_same_user())
        wrong = "the running node is another user's";
    else if (hello.version != handover_version)
        wrong = "the running node (" PLAYBACK_VERSION ") hands over by version " +
                std::to_string(handover_version) + ", this program (" + hello.program +
                ") by version " + std::to_string(hello.version) +
                ": stop the running node, then start this one";
    else if (hello.data != canonical(data_))
        wrong = "the running node has other data: " + canonical(data_);
    if (wrong.empty()) return channel.send(Kind::welcome);
    TRY_VOID(channel.send(Kind::refused, wrong));
    return Error{Errc::refused, wrong};
}

io::Task<Result<void>> Successors::pass_on(const services::Luggage& luggage,
                                           const std::vector<Descriptor>& lifelines) {
    CHECK(waits_);
    listener_.reset();  // its place is for the successor's own
    std::function<Result<void>()> talk = [this, &luggage, &lifelines] {
        return converse(luggage, lifelines);
    };
    Result<void> passed = co_await on_thread(std::move(talk));
    co_return passed;
}

Result<void> Successors::converse(const services::Luggage& luggage,
                                  const std::vector<Descriptor>& lifelines) {
    TRY_VOID(channel_->send_luggage(luggage));
    for (const Descriptor& one : lifelines) TRY_VOID(channel_->send(Kind::lifeline, {}, one.get()));
    TRY_VOID(channel_->send(Kind::sent_all));
    const Result<HandoverChannel::Frame> opened = channel_->expect(Kind::opened, open_patience);
    if (!opened) {
        static_cast<void>(channel_->send(Kind::withdrawn));
        return opened.error();
    }
    // Lost on the way, it is as good as said: who has the data open takes our end for it.
    static_cast<void>(channel_->send(Kind::yours));
    return {};
}

io::Task<Result<void>> Successors::on_thread(std::function<Result<void>()> work) {
    Result<void> result;
    auto start = [this, &work, &result](io::Resumer<bool> resumer) {
        auto done = [back = std::move(resumer)]() mutable { back.resume(true); };
        thread_.run([&work, &result] { result = work(); }, std::move(done));
    };
    co_await io::suspend<bool>(start);
    co_return result;
}

// --- the successor ---

Result<std::optional<Predecessor>> Predecessor::find(const std::string& data) {
    Result<HandoverChannel> channel = HandoverChannel::connect(handover_path(data));
    if (!channel) {
        const Errc code = channel.error().code;
        // Nobody can listen at a path that is too long for it.
        const bool is_nobody =
            code == Errc::not_found || code == Errc::refused || code == Errc::invalid_argument;
        if (is_nobody) return std::optional<Predecessor>();
        return channel.error();
    }
    return std::optional<Predecessor>(Predecessor(*std::move(channel), data));
}

Result<services::Luggage> Predecessor::take() {
    const HandoverHello hello{handover_version, PLAYBACK_VERSION, canonical(data_)};
    TRY_VOID(channel_.send(Kind::hello, encode(hello)));
    TRY_VOID(channel_.expect(Kind::welcome, word_patience));
    return channel_.receive_luggage(lifelines_, quiet_patience);
}

Result<void> Predecessor::confirm() {
    static_cast<void>(channel_.send(Kind::opened));  // what comes back tells more
    const Result<HandoverChannel::Frame> yours = channel_.expect(Kind::yours, word_patience);
    // Who died after closing its data has nothing left to say.
    if (!yours && yours.error().code != Errc::closed) return yours.error();
    return {};
}

void Predecessor::fail(std::string_view reason) {
    static_cast<void>(channel_.send(Kind::failed, reason));
}

void tell_service_manager() {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || *path == '\0') return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, length);
    if (*path == '@') address.sun_path[0] = '\0';  // of the abstract kind
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const std::string words = "READY=1\nMAINPID=" + std::to_string(::getpid());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // Nobody can be told that nobody can be told.
    static_cast<void>(::sendto(socket.get(),
                               words.data(),
                               words.size(),
                               MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address),
                               size));
}

}  // namespace playback::tools
