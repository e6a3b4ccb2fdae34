// FakeWorld: an io::Io for tests of the shell: a FIFO loop, a clock that is moved by hand, streams
// in memory, a store in memory, and cheap doubles of everything that costs.
//
// Nothing here is random or late; what may go wrong is switched on by the test. Everything runs in
// `run()`, until nothing is left to do; `advance` moves the clock and fires the timers on the way.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/memory_store.h"
#include "engine/base/hash.h"
#include "engine/io/clock.h"
#include "engine/io/container_host.h"
#include "engine/io/cores.h"
#include "engine/io/fault_point.h"
#include "engine/io/io.h"
#include "engine/io/log.h"
#include "engine/io/metrics.h"
#include "engine/io/network.h"
#include "engine/io/offload.h"
#include "engine/io/security.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "tests/support/fake_loop.h"

namespace playback::tests {

// The other side of a stream: what the test (the client) sends and has received.
struct Wire {
    std::string to_server;
    bool client_done = false;         // half-closed by the client
    std::size_t read_max = SIZE_MAX;  // bytes that one read of the server gets at most
    bool client_reads = true;         // false: writes of the server hang
    std::string from_server;
    std::size_t writes = 0;
    bool server_done = false;
    bool closed = false;  // by the server
    std::function<void()> wake = [] {};
};

// A wire between two streams of servers.
struct FakeHandle final : io::Handle {
    explicit FakeHandle(std::shared_ptr<Wire> its_wire) : wire(std::move(its_wire)) {}
    ~FakeHandle() override {
        if (wire) wire->closed = true;
    }
    std::shared_ptr<Wire> wire;
};

class FakeStream final : public io::Stream, private io::Timer {
public:
    FakeStream(io::Clock& clock, std::shared_ptr<Wire> wire, std::string peer)
        : Timer(clock), wire_(std::move(wire)), peer_(std::move(peer)) {
        wire_->wake = [this] { pump(); };
    }
    ~FakeStream() override {
        if (!wire_) return;
        wire_->closed = true;
        wire_->wake = [] {};
    }

    io::Task<Result<std::size_t>> read_some(std::span<char> buffer) override {
        auto start = [this, buffer](io::Resumer<Result<std::size_t>> resumer) {
            reader_ = std::move(resumer);
            into_ = buffer;
            pump();
        };
        Result<std::size_t> got = co_await io::suspend<Result<std::size_t>>(start);
        co_return got;
    }
    io::Task<Result<void>> write(std::string_view bytes) override {
        auto start = [this, bytes](io::Resumer<Result<void>> resumer) {
            writer_ = std::move(resumer);
            from_ = bytes;
            pump();
        };
        Result<void> done = co_await io::suspend<Result<void>>(start);
        co_return done;
    }
    void shutdown_write() override { wire_->server_done = true; }
    void close() override {
        wire_->closed = true;
        pump();
    }
    void interrupt() override {
        interrupted_ = true;
        pump();
    }
    io::Detached detach() override {
        wire_->wake = [] {};
        return {std::make_unique<FakeHandle>(std::exchange(wire_, nullptr)), unsent_};
    }
    void expire_at(Instant at) override {
        expired_ = false;
        arm(at);
    }
    [[nodiscard]] std::string peer_address() const override { return peer_; }

private:
    void fire() override {
        expired_ = true;
        pump();
    }
    void pump() {
        pump_reader();
        pump_writer();
    }
    void pump_reader() {
        if (!reader_) return;
        if (wire_->closed || interrupted_) return reader_.resume(Error{Errc::closed, "closed"});
        if (expired_) return reader_.resume(Error{Errc::timed_out, "deadline"});
        if (wire_->to_server.empty()) {
            if (wire_->client_done) reader_.resume(std::size_t{0});
            return;
        }
        const std::size_t count =
            std::min({into_.size(), wire_->read_max, wire_->to_server.size()});
        std::copy_n(wire_->to_server.begin(), count, into_.begin());
        wire_->to_server.erase(0, count);
        reader_.resume(count);
    }
    void pump_writer() {
        if (!writer_) return;
        if (interrupted_) unsent_ += from_;
        if (wire_->closed || interrupted_) return writer_.resume(Error{Errc::closed, "closed"});
        if (expired_) return writer_.resume(Error{Errc::timed_out, "deadline"});
        if (!wire_->client_reads) return;
        wire_->from_server += from_;
        ++wire_->writes;
        writer_.resume(Result<void>());
    }

    std::shared_ptr<Wire> wire_;
    std::string peer_;
    io::Resumer<Result<std::size_t>> reader_;
    io::Resumer<Result<void>> writer_;
    std::span<char> into_;
    std::string_view from_;
    bool expired_ = false;
    bool interrupted_ = false;
    std::string unsent_;
};

// Listeners by endpoint; the test connects to them.
class FakeNetwork final : public io::Network {
public:
    explicit FakeNetwork(io::Clock& clock) : clock_(clock) {}

    Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at) override {
        if (listening_.contains(io::to_string(at))) return Error{Errc::in_use, "in use"};
        return std::make_unique<FakeListener>(*this, at);
    }
    io::Task<Result<std::unique_ptr<io::Stream>>> connect(io::Endpoint, Instant) override {
        co_return Error{Errc::refused, "no network to call out to"};
    }

    Result<std::unique_ptr<io::Stream>> adopt(std::unique_ptr<io::Handle> connection) override {
        auto& handle = static_cast<FakeHandle&>(*connection);
        return std::make_unique<FakeStream>(
            clock_, std::exchange(handle.wire, nullptr), "10.0.0.9");
    }

    std::shared_ptr<Wire> call(std::string_view at, std::string peer) {
        auto wire = std::make_shared<Wire>();
        const auto found = listening_.find(at);
        if (found == listening_.end()) {
            wire->closed = true;
            return wire;
        }
        found->second->offer(std::make_unique<FakeStream>(clock_, wire, std::move(peer)));
        return wire;
    }

private:
    class FakeListener final : public io::Listener {
    public:
        FakeListener(FakeNetwork& network, io::Endpoint at)
            : network_(network), at_(std::move(at)) {
            network_.listening_[io::to_string(at_)] = this;
        }
        ~FakeListener() override { network_.listening_.erase(io::to_string(at_)); }

        io::Task<Result<std::unique_ptr<io::Stream>>> accept() override {
            while (waiting_.empty() && !closed_) {
                auto start = [this](io::Resumer<bool> resumer) { acceptor_ = std::move(resumer); };
                co_await io::suspend<bool>(start);
            }
            if (closed_) co_return Error{Errc::closed, "closed"};
            std::unique_ptr<io::Stream> stream = std::move(waiting_.front());
            waiting_.pop_front();
            co_return stream;
        }
        void close() override {
            closed_ = true;
            acceptor_.resume(true);
        }
        std::unique_ptr<io::Handle> detach() override {
            close();
            return std::make_unique<FakeHandle>(nullptr);
        }
        [[nodiscard]] io::Endpoint local() const override { return at_; }
        void offer(std::unique_ptr<io::Stream> stream) {
            waiting_.push_back(std::move(stream));
            acceptor_.resume(true);
        }

    private:
        FakeNetwork& network_;
        io::Endpoint at_;
        std::deque<std::unique_ptr<io::Stream>> waiting_;
        io::Resumer<bool> acceptor_;
        bool closed_ = false;
    };

    io::Clock& clock_;
    std::map<std::string, FakeListener*, std::less<>> listening_;
};

class FakeEntropy final : public io::Entropy {
public:
    void fill(std::span<char> out) override { random_.fill(out); }

private:
    Random random_{1};
};

class FakeHasher final : public io::PasswordHasher {
public:
    io::Task<Result<std::string>> hash(std::string password) override {
        ++hashed;
        if (password.size() > 72) co_return Error{Errc::invalid_argument, "password too long"};
        co_return "hash:" + password;
    }
    io::Task<Result<bool>> verify(std::string password, std::string hash) override {
        ++verified;
        co_return hash == "hash:" + password;
    }
    int hashed = 0;
    int verified = 0;
};

class FakeSigner final : public io::TokenSigner {
public:
    explicit FakeSigner(std::string key = "key-1") : key_(std::move(key)) {}
    io::Task<Result<std::string>> sign(std::string input) override { co_return signature(input); }
    io::Task<Result<bool>> verify(std::string input, std::string given) override {
        ++verified;
        co_return given == signature(input);
    }
    std::string code(std::string_view input) override {
        return std::to_string(hash_bytes(input, hash_bytes("secret of " + key_)));
    }
    [[nodiscard]] std::string key_id() const override { return key_; }
    [[nodiscard]] std::string certificate() const override { return "certificate of " + key_; }
    int verified = 0;

private:
    [[nodiscard]] std::string signature(const std::string& input) const {
        return std::to_string(hash_bytes(key_ + input));
    }
    std::string key_;
};

class FakeMetrics final : public io::Metrics {
public:
    struct FakeCounter final : io::Counter {
        void add(std::uint64_t amount) override { value += amount; }
        std::uint64_t value = 0;
    };
    struct FakeGauge final : io::Gauge {
        void set(std::int64_t next) override { value = next; }
        std::int64_t value = 0;
    };
    struct FakeHistogram final : io::Histogram {
        void observe(std::uint64_t) override { ++count; }
        std::uint64_t count = 0;
    };

    io::Counter& counter(std::string_view name,
                         std::string_view,
                         io::MetricLabels labels) override {
        return counters[key(name, labels)];
    }
    io::Gauge& gauge(std::string_view name, std::string_view, io::MetricLabels labels) override {
        return gauges[key(name, labels)];
    }
    io::Histogram& histogram(std::string_view name,
                             std::string_view,
                             io::MetricLabels labels) override {
        return histograms[key(name, labels)];
    }
    [[nodiscard]] std::string render() const override {
        std::string text;
        for (const auto& [name, one] : counters)
            text += name + ' ' + std::to_string(one.value) + '\n';
        return text;
    }

    std::map<std::string, FakeCounter> counters;
    std::map<std::string, FakeGauge> gauges;
    std::map<std::string, FakeHistogram> histograms;

private:
    static std::string key(std::string_view name, io::MetricLabels labels) {
        std::string text(name);
        for (const auto& [label, value] : labels)
            text.append(" ").append(label).append("=").append(value);
        return text;
    }
};

class FakeHost final : public io::ContainerHost {
public:
    io::Task<Result<void>> ping(Instant) override {
        if (!answers) co_return Error{Errc::unavailable, "the daemon does not answer"};
        co_return Result<void>();
    }
    io::Task<Result<void>> pull(std::string image, std::string token, Instant) override {
        pulls[image] = token;
        co_return Result<void>();
    }
    io::Task<Result<void>> start(io::ContainerSpec spec, Instant) override {
        running[spec.name] = std::move(spec);
        co_return Result<void>();
    }
    io::Task<Result<void>> remove(std::string name, Duration, Instant) override {
        running.erase(name);
        co_return Result<void>();
    }
    io::Task<Result<io::ContainerList>> list(std::string, std::string, Instant) override {
        if (!answers) co_return Error{Errc::unavailable, "the daemon does not answer"};
        io::ContainerList result;
        for (const auto& [name, spec] : running)
            result.containers.push_back({name, spec.labels, io::ContainerState::running, 0, ""});
        co_return result;
    }
    io::Task<Result<std::string>> logs(std::string, std::size_t, Instant) override {
        co_return std::string();
    }
    io::Task<void> wait_for_change(std::uint64_t, Instant deadline) override {
        co_await waits.wait(deadline);
    }
    void end_waits() override { waits.notify_all(); }

    explicit FakeHost(io::Clock& its_clock) : clock(its_clock), waits(its_clock) {}
    io::Clock& clock;
    io::Signal waits;
    bool answers = true;
    std::map<std::string, io::ContainerSpec> running;
    std::map<std::string, std::string> pulls;  // the registry's token, by image
};

class FakeHosts final : public io::ContainerHosts {
public:
    explicit FakeHosts(io::Clock& clock) : host(clock) {}
    Result<io::ContainerHost*> at(std::string_view address) override {
        if (!address.contains(':')) return Error{Errc::invalid_argument, "not a daemon's address"};
        return &host;
    }
    FakeHost host;
};

class FakeCores final : public io::Cores {
public:
    explicit FakeCores(FakeLoop& loop) : loop_(loop) {}
    [[nodiscard]] std::size_t count() const override { return 1; }
    [[nodiscard]] std::size_t current() const override { return 0; }
    void send(std::size_t, std::move_only_function<void()> work) override {
        io::post_function(loop_, std::move(work));
    }

private:
    FakeLoop& loop_;
};

class FakeOffload final : public io::Offload {
public:
    io::Task<bool> run(std::move_only_function<void()> work, Duration) override {
        work();
        co_return true;
    }
};

class FakeLog final : public io::Log {
public:
    void write(io::LogLevel,
               std::string_view event,
               std::initializer_list<io::LogField> fields) override {
        events.emplace_back(event);
        std::string& line = lines.emplace_back(event);
        for (const io::LogField& field : fields)
            line.append(" ").append(field.name).append("=").append(field.value);
    }
    std::vector<std::string> events;
    std::vector<std::string> lines;  // of all levels, with their fields
};

class NoFaults final : public io::FaultPoints {
public:
    using io::FaultPoints::fires;
    bool fires(std::string_view, std::uint64_t) override { return false; }
};

class FakeProcess final : public io::Process {
public:
    void die(std::string_view why) override { reason = why; }
    std::string reason;
};

struct FakeWorld {
    FakeClock clock;
    FakeEntropy entropy;
    FakeNetwork network{clock};
    adapters::MemoryStore store;
    FakeHosts containers{clock};
    FakeOffload offload;
    FakeHasher passwords;
    FakeSigner signer;
    FakeLog log;
    FakeMetrics metrics;
    NoFaults faults;
    FakeProcess process;
    FakeLoop loop;
    FakeCores cores{loop};
    io::Io io{io::Executor(loop),
              clock,
              entropy,
              network,
              store,
              cores,
              containers,
              offload,
              passwords,
              signer,
              log,
              metrics,
              faults,
              process};

    void run() { loop.run(); }
    void advance(Duration by) {
        clock.advance(clock.now() + by, [this] { loop.run(); });
        loop.run();
    }

    // Runs `task` until it is done or nothing is left to do.
    template <class T>
    std::optional<T> wait(io::Task<T> task) {
        std::optional<T> result;
        auto body = [](io::Task<T> inner, std::optional<T>& out) -> io::Task<void> {
            T value = co_await std::move(inner);
            out = std::move(value);
        };
        io::TaskGroup group(io.executor);
        group.spawn(body(std::move(task), result));
        run();
        if (group.size() > 0) loop.stop();  // tests that give up end here
        return result;
    }
};

}  // namespace playback::tests
