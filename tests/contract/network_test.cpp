// The network contract on both arms, and what only a real socket can get wrong.
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapters/asio/address.h"
#include "engine/io/wait.h"
#include "tests/contract/network_contract.h"
#include "tests/contract/real_world_support.h"
#include "tests/contract/simulated_support.h"

namespace playback::contract {
namespace {

using adapters::Descriptor;
using adapters::SocketAddress;

// A port whose backlog is full: the kernel lets further connects wait.
class FullPort {
public:
    FullPort() {
        const SocketAddress any = SocketAddress::of_known_host("127.0.0.1", 0).front();
        listening_ = std::move(*adapters::open_socket(AF_INET));
        CHECK(::bind(listening_.get(), any.get(), any.size()) == 0);
        CHECK(::listen(listening_.get(), 0) == 0);
        const SocketAddress at = SocketAddress::local_of(listening_.get());
        endpoint_ = {"127.0.0.1", at.port(), ""};
        for (Descriptor& waiting : waiting_) {
            waiting = std::move(*adapters::open_socket(AF_INET));
            (void)::connect(waiting.get(), at.get(), at.size());
        }
    }
    [[nodiscard]] const io::Endpoint& endpoint() const { return endpoint_; }

private:
    Descriptor listening_;
    std::array<Descriptor, 4> waiting_;
    io::Endpoint endpoint_;
};

class RealNetwork : public testing::TestWithParam<NetworkCheck> {};

TEST_P(RealNetwork, KeepsTheContract) {
    const TemporaryDirectory directory;
    const FullPort full;
    RealFixture real;
    NetworkWorld world{real.world.executor(),
                       real.world.clock(),
                       real.world.network(),
                       directory.path(),
                       full.endpoint(),
                       32U << 20};
    real.world.run(GetParam().run(world));
}

std::string name_of_check(const testing::TestParamInfo<NetworkCheck>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Asio,
                         RealNetwork,
                         testing::ValuesIn(network_checks().begin(), network_checks().end()),
                         name_of_check);

class SimulatedNetwork : public testing::TestWithParam<NetworkCheck> {};

io::Task<void> check_simulated(sim::SimNode& node, const NetworkCheck& check) {
    const io::Io io = node.io();
    sim::SimNode& silent = node.world().add_node({.name = "silent"});
    silent.machine().faults.hanging = true;
    const io::Endpoint nowhere{silent.machine().addresses.front(), 80, ""};
    NetworkWorld world{io.executor, io.clock, io.network, "/run", nowhere, 2U << 20};
    co_await check.run(world);
}

TEST_P(SimulatedNetwork, KeepsTheContract) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        Random random(seed);
        const sim::WorldOptions options{
            .seed = seed, .scheduling = {}, .network = sim::NetworkKnobs::draw(random)};
        run_simulated([](sim::SimNode& node) { return check_simulated(node, GetParam()); },
                      options);
    }
}

INSTANTIATE_TEST_SUITE_P(Sim,
                         SimulatedNetwork,
                         testing::ValuesIn(network_checks().begin(), network_checks().end()),
                         name_of_check);

// What waits for ever: a reader, a writer, an accept, a connect, a sleeper.
struct Stuck {
    std::unique_ptr<io::Listener> listener;
    std::unique_ptr<io::Stream> client;
    std::unique_ptr<io::Stream> server;
    std::string bytes = std::string(32U << 20, 's');
    std::array<char, 16> buffer{};
};

io::Task<void> read_for_ever(Stuck& stuck) {
    const Result<std::size_t> count = co_await stuck.client->read_some(stuck.buffer);
    ADD_FAILURE() << "a read without bytes returned";
}

io::Task<void> write_for_ever(Stuck& stuck) {
    const Result<void> written = co_await stuck.client->write(stuck.bytes);
    ADD_FAILURE() << "a write without a reader returned";
}

io::Task<void> accept_for_ever(Stuck& stuck) {
    const Result<std::unique_ptr<io::Stream>> stream = co_await stuck.listener->accept();
    ADD_FAILURE() << "an accept without a connection returned";
}

io::Task<void> connect_for_ever(adapters::RealWorld& world, io::Endpoint to) {
    const Result<std::unique_ptr<io::Stream>> stream =
        co_await world.network().connect(to, world.clock().now() + minutes(10));
    ADD_FAILURE() << "a connect to a full port returned";
}

io::Task<void> resolve_for_ever(adapters::RealWorld& world) {
    io::Endpoint to{"also-no-such-host.invalid", 80, ""};
    const Result<std::unique_ptr<io::Stream>> stream =
        co_await world.network().connect(to, world.clock().now() + minutes(10));
}

io::Task<void> sleep_for_ever(adapters::RealWorld& world) {
    co_await io::sleep_until(world.clock(), world.clock().now() + minutes(10));
    ADD_FAILURE() << "a long sleep returned";
}

io::Task<void> get_stuck(adapters::RealWorld& world,
                         io::TaskGroup& group,
                         Stuck& stuck,
                         io::Endpoint silent) {
    io::Endpoint any{"127.0.0.1", 0, ""};
    stuck.listener = std::move(*world.network().listen(any));
    io::Endpoint to = stuck.listener->local();
    Result<std::unique_ptr<io::Stream>> client =
        co_await world.network().connect(to, world.clock().now() + seconds(20));
    Result<std::unique_ptr<io::Stream>> server = co_await stuck.listener->accept();
    stuck.client = std::move(*client);
    stuck.server = std::move(*server);
    stuck.client->expire_at(world.clock().now() + minutes(10));
    group.spawn(read_for_ever(stuck));
    group.spawn(write_for_ever(stuck));
    group.spawn(accept_for_ever(stuck));
    group.spawn(connect_for_ever(world, silent));
    group.spawn(resolve_for_ever(world));
    group.spawn(sleep_for_ever(world));
    co_await io::sleep_until(world.clock(), world.clock().now() + milliseconds(50));
}

// Under ASan this also shows that nothing is leaked and nothing touched afterwards.
TEST(RealNetwork, ShutdownDestroysWhatIsSuspended) {
    const FullPort full;
    RealFixture real;
    Stuck stuck;
    {
        io::TaskGroup group(real.world.executor());
        real.world.run(get_stuck(real.world, group, stuck, full.endpoint()));
        EXPECT_GE(group.size(), 5U);
        real.world.shutdown();
    }
}

io::Task<void> accept_without_descriptors(adapters::RealWorld& world) {
    io::Endpoint any{"127.0.0.1", 0, ""};
    std::unique_ptr<io::Listener> listener = std::move(*world.network().listen(any));
    io::Endpoint to = listener->local();
    Result<std::unique_ptr<io::Stream>> client =
        co_await world.network().connect(to, world.clock().now() + seconds(20));
    EXPECT_TRUE(client);

    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const Descriptor next(::dup(0));
    const rlimit none{static_cast<rlim_t>(next.get()), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const Result<std::unique_ptr<io::Stream>> refused = co_await listener->accept();
    const Result<std::unique_ptr<io::Stream>> second =
        co_await world.network().connect(to, world.clock().now() + seconds(20));
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_FALSE(refused);
    if (!refused) EXPECT_EQ(refused.error().code, Errc::io_failed);
    EXPECT_FALSE(second);
    if (!second) EXPECT_EQ(second.error().code, Errc::io_failed);

    const Result<std::unique_ptr<io::Stream>> accepted = co_await listener->accept();
    EXPECT_TRUE(accepted);
}

TEST(RealNetwork, AcceptGoesOnAfterDescriptorsRanOut) {
    RealFixture real;
    real.world.run(accept_without_descriptors(real.world));
}

io::Task<void> listen_over_a_stale_socket(adapters::RealWorld& world, std::string path) {
    const SocketAddress address = *SocketAddress::of_path(path);
    {
        Descriptor dead = std::move(*adapters::open_socket(AF_UNIX));
        EXPECT_EQ(::bind(dead.get(), address.get(), address.size()), 0);
        EXPECT_EQ(::listen(dead.get(), 1), 0);
    }
    io::Endpoint at{"", 0, path};
    const Result<std::unique_ptr<io::Listener>> listener = world.network().listen(at);
    EXPECT_TRUE(listener) << listener.error().detail;
    io::Endpoint file{"", 0, "/proc/self/status"};
    const Result<std::unique_ptr<io::Listener>> taken = world.network().listen(file);
    EXPECT_FALSE(taken);
    if (!taken) EXPECT_EQ(taken.error().code, Errc::in_use);
    co_return;
}

TEST(RealNetwork, ReplacesTheSocketOfADeadProcessAndNoOtherFile) {
    const TemporaryDirectory directory;
    RealFixture real;
    real.world.run(listen_over_a_stale_socket(real.world, directory.path() + "/dead.sock"));
}

io::Task<void> listen_wrongly(adapters::RealWorld& world) {
    const auto code = [&world](io::Endpoint at) {
        const Result<std::unique_ptr<io::Listener>> listener = world.network().listen(at);
        return listener ? Errc{} : listener.error().code;
    };
    EXPECT_EQ(code({"example.org", 80, ""}), Errc::invalid_argument);
    EXPECT_EQ(code({"192.0.2.1", 8080, ""}), Errc::invalid_argument);
    EXPECT_EQ(code({"", 0, std::string(200, 'p')}), Errc::invalid_argument);
    EXPECT_EQ(code({"localhost", 0, ""}), Errc{});
    co_return;
}

TEST(RealNetwork, NamesWhatCannotBeListenedAt) {
    RealFixture real;
    real.world.run(listen_wrongly(real.world));
}

io::Task<void> pass_on(adapters::RealWorld& world) {
    const Instant deadline = world.clock().now() + seconds(20);
    io::Endpoint any{"127.0.0.1", 0, ""};
    std::unique_ptr<io::Listener> listener = std::move(*world.network().listen(any));
    const io::Endpoint to = listener->local();
    std::unique_ptr<io::Stream> client = *co_await world.network().connect(to, deadline);
    std::unique_ptr<io::Stream> server = *co_await listener->accept();

    // More than fits: the write is interrupted, and so is a read.
    const std::string flood(32UL << 20, 'x');
    Errc read = Errc{};
    Errc wrote = Errc{};
    auto reading = [](io::Stream& stream, Errc& code) -> io::Task<void> {
        std::array<char, 16> bytes{};
        const Result<std::size_t> got = co_await stream.read_some(bytes);
        code = got ? Errc{} : got.error().code;
    };
    auto writing = [](io::Stream& stream, const std::string& all, Errc& code) -> io::Task<void> {
        const Result<void> done = co_await stream.write(all);
        code = done ? Errc{} : done.error().code;
    };
    io::TaskGroup group(world.executor());
    group.spawn(reading(*server, read));
    group.spawn(writing(*server, flood, wrote));
    co_await io::sleep_until(world.clock(), world.clock().now() + milliseconds(50));
    server->interrupt();
    co_await group.join();
    EXPECT_EQ(read, Errc::closed);
    EXPECT_EQ(wrote, Errc::closed);

    io::Detached left = server->detach();
    std::unique_ptr<io::Handle> place = listener->detach();
    server.reset();
    listener.reset();
    EXPECT_TRUE(left.handle && place);
    EXPECT_GT(left.unsent.size(), 0U);
    EXPECT_LT(left.unsent.size(), flood.size());
    // Who comes and who speaks now is heard later.
    std::unique_ptr<io::Stream> second = *co_await world.network().connect(to, deadline);
    std::string_view words = "hello";
    const Result<void> spoken = co_await client->write(words);
    EXPECT_TRUE(spoken);

    server = *world.network().adopt(std::move(left.handle));
    listener = *world.network().adopt_listener(std::move(place), to);
    EXPECT_EQ(server->peer_address(), "127.0.0.1");
    EXPECT_EQ(listener->local(), to);
    group.spawn(writing(*server, left.unsent, wrote));
    std::size_t total = 0;
    std::vector<char> into(1 << 20);
    while (total < flood.size()) {
        const Result<std::size_t> got = co_await client->read_some(into);
        if (!got || *got == 0) break;
        total += *got;
    }
    EXPECT_EQ(total, flood.size()) << "each byte once";
    co_await group.join();
    std::array<char, 16> bytes{};
    const Result<std::size_t> heard = co_await server->read_some(bytes);
    EXPECT_TRUE(heard && *heard == words.size());
    const Result<std::unique_ptr<io::Stream>> accepted = co_await listener->accept();
    EXPECT_TRUE(accepted);
}

TEST(RealNetwork, PassesOnConnectionsAndListeners) {
    RealFixture real;
    real.world.run(pass_on(real.world));
}

TEST(RealNetwork, DoesNotLeaveDescriptorsBehind) {
    const auto next_free = [] {
        const Descriptor probe(::dup(0));
        return probe.get();
    };
    const int before = next_free();
    {
        const FullPort full;
        RealFixture real;
        NetworkWorld world{real.world.executor(),
                           real.world.clock(),
                           real.world.network(),
                           "/nowhere",
                           full.endpoint(),
                           0};
        for (const NetworkCheck& check : network_checks())
            if (std::string_view(check.name) == "many_connections")
                real.world.run(check.run(world));
    }
    EXPECT_EQ(next_free(), before);
}

}  // namespace
}  // namespace playback::contract
