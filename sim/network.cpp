#include "sim/network.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

using Connected = Result<std::unique_ptr<io::Stream>>;

// One connect under way; lives in the frame of the coroutine that waits for it.
class Dial {
public:
    Dial(SimNetwork& network, io::Endpoint to, Instant deadline);

    void begin(io::Resumer<Connected> resumer);

private:
    struct Deadline final : io::Timer {
        Deadline(io::Clock& clock, Dial& dial) : Timer(clock), owner(dial) {}
        void fire() override {
            owner.finish(Error{Errc::timed_out, "connect to " + to_string(owner.to_)});
        }
        Dial& owner;
    };

    void syn_arrives();
    void answer_arrives();
    void again();
    void finish(Connected outcome);
    void establish(SimListener& listener);
    [[nodiscard]] World& world() const { return site_.fabric.world(); }

    NetworkSite site_;
    std::string source_;
    io::Endpoint to_;
    Instant deadline_;
    Machine* target_ = nullptr;
    Link* there_ = nullptr;
    Link* back_ = nullptr;
    Random random_;
    Duration backoff_ = seconds(1);
    bool refused_ = false;
    std::unique_ptr<SimStream> established_;
    io::Resumer<Connected> resumer_;
    Deadline timer_;
    MemberEvent<&Dial::syn_arrives> syn_{*this};
    MemberEvent<&Dial::answer_arrives> answer_{*this};
};

Dial::Dial(SimNetwork& network, io::Endpoint to, Instant deadline)
    : site_(network.site()),
      source_(network.source()),
      to_(std::move(to)),
      deadline_(deadline),
      random_(site_.fabric.connection_random(source_)),
      timer_(site_.clock, *this) {
    target_ = site_.fabric.resolve(site_.machine, to_.host);
    if (target_ == nullptr) return;
    there_ = &site_.fabric.link(site_.machine, *target_);
    back_ = &site_.fabric.link(*target_, site_.machine);
}

void Dial::begin(io::Resumer<Connected> resumer) {
    resumer_ = std::move(resumer);
    const MachineFaults& faults = site_.machine.faults;
    if (faults.no_descriptors) {
        resumer_.resume(Error{Errc::io_failed, "connect: too many open files"});
        return;
    }
    const bool is_name = to_.path.empty() && !Fabric::is_address(to_.host);
    if (is_name && faults.names_fail) {
        resumer_.resume(Error{Errc::unavailable, "cannot resolve " + to_.host + " now"});
        return;
    }
    if (target_ == nullptr || (to_.port == 0 && to_.path.empty())) {
        const std::string detail = "no such host: " + to_string(to_);
        resumer_.resume(Error{Errc::invalid_argument, detail});
        return;
    }
    timer_.arm(deadline_);
    const Duration lookup = is_name ? faults.names_delay : Duration{};
    const Instant arrival = world().now() + lookup + there_->latency(random_);
    world().schedule(syn_, arrival);
}

// Nobody heard it, or the answer was lost: the kernel sends it again.
void Dial::again() {
    established_.reset();
    refused_ = false;
    const Duration jitter = random_.between(Duration{}, milliseconds(20));
    world().schedule(syn_, world().now() + backoff_ + jitter);
    backoff_ = backoff_ * 2;
}

void Dial::syn_arrives() {
    if (there_->faults.blocked || !target_->powered || target_->faults.hanging) return again();
    SimListener* const listener = site_.fabric.listener(*target_, to_.port, to_.path);
    refused_ = target_->faults.refusing || listener == nullptr ||
               !listener->reached_by(site_.machine, to_.host);
    if (!refused_) {
        if (!listener->has_room()) return again();
        establish(*listener);
    }
    const Instant arrival = world().now() + back_->latency(random_);
    world().schedule(answer_, arrival);
}

void Dial::establish(SimListener& listener) {
    const NetworkSite& far = listener.site();
    ConnectionParts parts{.id = site_.fabric.next_connection_id(), .random = random_};
    parts.loopback = target_ == &site_.machine;
    parts.machines[0] = &site_.machine;
    parts.machines[1] = target_;
    parts.addresses[0] = source_;
    parts.addresses[1] = to_.host;
    if (parts.loopback && Fabric::is_loopback(to_.host)) parts.addresses[0] = to_.host;
    if (!to_.path.empty()) parts.addresses[0] = parts.addresses[1] = "unix";
    parts.links[0] = there_;
    parts.links[1] = back_;
    const std::string text = source_ + " to " + to_string(to_);
    world().trace().record(TraceKind::network, parts.id, site_.node, far.node, text);

    Connection& connection = site_.fabric.open(std::move(parts));
    connection.attach(0, site_.scheduler, site_.node);
    connection.attach(1, far.scheduler, far.node);
    established_ = std::make_unique<SimStream>(connection, 0, site_.clock);
    listener.enqueue(std::make_unique<SimStream>(connection, 1, far.clock));
}

void Dial::answer_arrives() {
    if (back_->faults.blocked) return again();
    if (refused_) return finish(Error{Errc::refused, "connection refused by " + to_string(to_)});
    finish(Connected(std::move(established_)));
}

void Dial::finish(Connected outcome) {
    syn_.cancel();
    answer_.cancel();
    timer_.disarm();
    established_.reset();
    // The coroutine ends this Dial when it goes on: nothing may follow here.
    io::Resumer<Connected> resumer = std::move(resumer_);
    SimScheduler& scheduler = site_.scheduler;
    if (scheduler.running())
        resumer.resume_now(std::move(outcome));
    else
        scheduler.complete(resumer, std::move(outcome));
}

}  // namespace

// --- SimListener ---

SimListener::SimListener(NetworkSite site, io::Endpoint at) : site_(site), at_(std::move(at)) {
}

SimListener::~SimListener() {
    close();
}

bool SimListener::reached_by(const Machine& from, std::string_view host) const {
    if (closed_ || site_.scheduler.dead()) return false;
    if (!at_.path.empty()) return &from == &site_.machine;
    if (at_.host.empty() || at_.host == "0.0.0.0" || at_.host == "::") return true;
    if (Fabric::is_loopback(at_.host)) return &from == &site_.machine && Fabric::is_loopback(host);
    return !Fabric::is_loopback(host);
}

bool SimListener::has_room() const {
    const std::size_t room = site_.machine.faults.backlog_max;
    // Who waits in accept takes the next one at once.
    const bool is_accepting = static_cast<bool>(acceptor_);
    return is_accepting || backlog_.size() < std::min(room, site_.fabric.knobs().backlog);
}

void SimListener::enqueue(std::unique_ptr<SimStream> stream) {
    backlog_.push_back(std::move(stream));
    if (!acceptor_) return;
    io::Resumer<bool> acceptor = std::move(acceptor_);
    site_.scheduler.complete(acceptor, true);
}

void SimListener::fail_accepts(int count) {
    failing_ = count;
    acceptor_.resume(true);
}

io::Task<SimListener::Accepted> SimListener::accept() {
    while (!closed_ && backlog_.empty() && failing_ == 0) {
        auto start = [this](io::Resumer<bool> resumer) {
            CHECK(!acceptor_);
            acceptor_ = std::move(resumer);
        };
        co_await io::suspend<bool>(start);
    }
    if (closed_) co_return Error{Errc::closed, "listener was closed"};
    if (failing_ > 0 || site_.machine.faults.no_descriptors) {
        failing_ = std::max(failing_ - 1, 0);
        co_return Error{Errc::io_failed, "accept: too many open files"};
    }
    std::unique_ptr<io::Stream> accepted = std::move(backlog_.front());
    backlog_.pop_front();
    co_return Accepted(std::move(accepted));
}

void SimListener::close() {
    if (closed_) return;
    closed_ = true;
    site_.fabric.remove_listener(*this);
    backlog_.clear();
    acceptor_.resume(true);
}

// Who waits in the backlog, and who dials meanwhile, finds the heir.
std::unique_ptr<io::Handle> SimListener::detach() {
    if (closed_) return nullptr;
    auto heir = std::make_unique<SimListener>(site_, at_);
    heir->backlog_ = std::move(backlog_);
    backlog_.clear();
    site_.fabric.remove_listener(*this);
    CHECK(site_.fabric.add_listener(*heir));
    closed_ = true;
    acceptor_.resume(true);
    return std::make_unique<ListenerHandle>(std::move(heir));
}

// --- SimNetwork ---

Result<std::unique_ptr<io::Listener>> SimNetwork::listen(const io::Endpoint& at) {
    Machine& machine = site_.machine;
    if (site_.fabric.resolve(machine, at.host) != &machine)
        return Error{Errc::invalid_argument, "not an address of this machine: " + at.host};
    io::Endpoint where = at;
    if (where.path.empty() && where.port == 0) {
        while (site_.fabric.listener(machine, machine.next_port, "") != nullptr)
            ++machine.next_port;
        where.port = machine.next_port++;
    }
    auto listener = std::make_unique<SimListener>(site_, std::move(where));
    if (!site_.fabric.add_listener(*listener))
        return Error{Errc::in_use, "address in use: " + to_string(listener->endpoint())};
    return std::unique_ptr<io::Listener>(std::move(listener));
}

io::Task<Connected> SimNetwork::connect(io::Endpoint to, Instant deadline) {
    Dial dial(*this, std::move(to), deadline);
    auto start = [&dial](io::Resumer<Connected> resumer) { dial.begin(std::move(resumer)); };
    Connected outcome = co_await io::suspend<Connected>(start);
    co_return outcome;
}

Connected SimNetwork::adopt(std::unique_ptr<io::Handle> connection) {
    return std::move(static_cast<StreamHandle&>(*connection).stream);
}

Result<std::unique_ptr<io::Listener>> SimNetwork::adopt_listener(
    std::unique_ptr<io::Handle> listening,
    const io::Endpoint&) {
    return std::move(static_cast<ListenerHandle&>(*listening).listener);
}

}  // namespace playback::sim
