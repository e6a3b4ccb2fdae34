#include "tests/support/fault_proxy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/random.h"

namespace playback::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto tick = std::chrono::milliseconds(5);
constexpr auto hang_time = std::chrono::seconds(1);
constexpr std::size_t crumb_bytes = 7;
constexpr std::size_t piece_bytes = 64UL << 10U;
constexpr std::uint64_t longest_life_bytes = 40'000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

enum class Fate : std::uint8_t { carried, crumbled, cut, hung };

Fate draw_fate(Random& random) {
    const std::uint64_t drawn = random.below(10);
    if (drawn < 4) return Fate::carried;
    if (drawn < 6) return Fate::crumbled;
    return drawn < 8 ? Fate::cut : Fate::hung;
}

// One direction: what was read and not written yet.
struct Flow {
    int from = -1;
    int to = -1;
    std::vector<char> waiting;
    bool is_over = false;  // `from` says no more

    void read() {
        std::array<char, piece_bytes> piece;
        const ssize_t count = ::recv(from, piece.data(), piece.size(), MSG_DONTWAIT);
        if (count > 0) waiting.insert(waiting.end(), piece.begin(), piece.begin() + count);
        if (count == 0) is_over = true;
    }
    std::size_t write(std::size_t most) {
        const std::size_t size = std::min(most, waiting.size());
        const ssize_t count = ::send(to, waiting.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count <= 0) return 0;
        waiting.erase(waiting.begin(), waiting.begin() + count);
        return static_cast<std::size_t>(count);
    }
};

class Link {
public:
    Link(int client, int server, Fate fate, std::uint64_t life_bytes)
        : up_{client, server, {}}, down_{server, client, {}}, fate_(fate), left_(life_bytes) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() {
        ::close(up_.from);
        ::close(down_.from);
    }

    // False: it has come to its end.
    bool carry() {
        if (hangs_until_ != Clock::time_point{}) return Clock::now() < hangs_until_;
        for (Flow* const flow : {&up_, &down_}) {
            if (flow->waiting.empty()) flow->read();
            if (!pass_on(*flow)) return false;
        }
        return !(up_.is_over || down_.is_over) || !up_.waiting.empty() || !down_.waiting.empty();
    }
    // Both ends see a connection that broke, not one that ended.
    void reset() const {
        const linger at_once{1, 0};
        for (const int socket : {up_.from, down_.from})
            ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    [[nodiscard]] bool breaks() const { return fate_ == Fate::cut || fate_ == Fate::hung; }
    [[nodiscard]] std::array<pollfd, 2> interest() const {
        return {pollfd{up_.from, POLLIN, 0}, pollfd{down_.from, POLLIN, 0}};
    }

private:
    bool pass_on(Flow& flow) {
        if (flow.waiting.empty()) return true;
        std::size_t most = fate_ == Fate::crumbled ? crumb_bytes : flow.waiting.size();
        if (breaks()) most = std::min<std::size_t>(most, left_);
        left_ -= std::min<std::uint64_t>(left_, flow.write(most));
        if (!breaks() || left_ > 0) return true;
        hangs_until_ = Clock::now() + hang_time;
        return fate_ == Fate::hung;
    }

    Flow up_;
    Flow down_;
    Fate fate_;
    std::uint64_t left_;  // bytes, of those that break
    Clock::time_point hangs_until_;
};

}  // namespace

FaultProxy::FaultProxy(std::uint16_t port, std::uint64_t seed) : target_(port), seed_(seed) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, SOMAXCONN);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

FaultProxy::~FaultProxy() {
    stops_ = true;
    thread_.join();
    ::close(listener_);
}

std::string FaultProxy::url() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

void FaultProxy::run() {
    Random random(seed_);
    std::list<Link> links;
    std::vector<pollfd> interests;
    const auto admit = [&] {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const Fate fate = draw_fate(random);
        const std::uint64_t life = random.below(longest_life_bytes);
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(target_);
        Link& link = links.emplace_back(client, server, fate, life);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            link.reset();
            links.pop_back();
            return;
        }
        std::array<std::atomic<int>*, 4> counts{
            &counts_.carried, &counts_.crumbled, &counts_.cut, &counts_.hung};
        ++*counts.at(static_cast<std::size_t>(fate));
    };
    while (!stops_) {
        interests.assign(1, {listener_, POLLIN, 0});
        for (const Link& link : links)
            for (const pollfd& interest : link.interest()) interests.push_back(interest);
        // Also without news: crumbs and hanging connections have their own time.
        ::poll(interests.data(), interests.size(), static_cast<int>(tick.count()));
        if ((interests.front().revents & POLLIN) != 0) admit();
        links.remove_if([](Link& link) {
            if (link.carry()) return false;
            if (link.breaks()) link.reset();
            return true;
        });
    }
}

}  // namespace playback::testing
