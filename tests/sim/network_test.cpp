#include "sim/network.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "sim/pipe.h"
#include "tests/sim/echo.h"

namespace playback::sim {
namespace {

using Accepted = Result<std::unique_ptr<io::Stream>>;
using Play = std::function<io::Task<void>(SimNode&, io::Io)>;

// A program that is one coroutine.
class Player final : public Program {
public:
    Player(SimNode& node, const Play& play) : play_(play), group_(node.io().executor) {
        group_.spawn(play_(node, node.io()));
    }

private:
    const Play& play_;
    io::TaskGroup group_;
};

// Two machines; the first plays at once, the second a second later.
struct Duet {
    explicit Duet(WorldOptions options = {}) : world(std::move(options)) {}

    Verdict play(Play first_part, Play second_part, Duration length = seconds(60)) {
        first = std::move(first_part);
        second = std::move(second_part);
        SimNode& server = world.add_node({.name = "server", .addresses = {"10.9.0.1"}});
        SimNode& client = world.add_node({.name = "client", .addresses = {"10.9.0.2"}});
        server.start([this](SimNode& node) { return std::make_unique<Player>(node, first); });
        client.start([this](SimNode& node) { return std::make_unique<Player>(node, second); },
                     seconds(1));
        return world.run_until(Instant{} + length);
    }

    Play first;
    Play second;
    World world;
};

const io::Endpoint at_server{"10.9.0.1", 80, ""};

io::Task<std::unique_ptr<io::Stream>> accept_one(io::Io io, io::Endpoint at) {
    Result<std::unique_ptr<io::Listener>> listener = io.network.listen(at);
    CHECK(listener.has_value());
    Accepted accepted = co_await (*listener)->accept();
    CHECK(accepted.has_value());
    co_return std::move(*accepted);
}

io::Task<Accepted> dial(io::Io io, io::Endpoint to) {
    const Instant deadline = io.clock.now() + seconds(5);
    Accepted outcome = co_await io.network.connect(std::move(to), deadline);
    co_return outcome;
}

// Everything until the end of the stream, or the error.
io::Task<Result<std::string>> read_all(io::Stream& stream, std::size_t at_once) {
    std::string all;
    std::string buffer(at_once, '\0');
    for (;;) {
        const Result<std::size_t> count = co_await stream.read_some(buffer);
        if (!count) co_return Error(count.error());
        if (*count == 0) co_return all;
        all.append(buffer, 0, *count);
    }
}

TEST(Network, EveryByteArrivesInOrderThroughAnyWeather) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random weather(seed);
        WorldOptions options{.seed = seed};
        options.network = NetworkKnobs::draw(weather);
        options.network.bytes_per_second = 0;
        options.scheduling = SchedulingKnobs::draw(weather);
        std::string sent(300'000, '\0');
        weather.fill(sent);
        std::string received;
        bool half_closed_answer = false;
        Duet duet(options);
        const Verdict verdict = duet.play(
            [&](SimNode&, io::Io io) -> io::Task<void> {
                std::unique_ptr<io::Stream> stream = co_await accept_one(io, test::everywhere);
                Result<std::string> all = co_await read_all(*stream, 10'000);
                CHECK(all.has_value());
                received = std::move(*all);
                (void)co_await stream->write("thanks");
            },
            [&](SimNode&, io::Io io) -> io::Task<void> {
                const io::Endpoint to{"server", 8080, ""};
                Accepted stream = co_await dial(io, to);
                CHECK(stream.has_value());
                const Result<void> written = co_await (*stream)->write(sent);
                CHECK(written.has_value());
                (*stream)->shutdown_write();
                const Result<std::string> answer = co_await read_all(**stream, 10);
                CHECK(answer.has_value());
                half_closed_answer = *answer == "thanks";
            });
        EXPECT_TRUE(verdict.passed()) << verdict.findings.front().message;
        EXPECT_TRUE(received == sent) << seed;
        EXPECT_TRUE(half_closed_answer);
    }
}

TEST(Network, AWriterWaitsForItsReader) {
    std::size_t written = 0;
    WorldOptions options;
    options.network.buffer_low = options.network.buffer_high = 10'000;
    Duet duet(options);
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            std::unique_ptr<io::Stream> stream = co_await accept_one(io, test::everywhere);
            co_await io::sleep_until(io.clock, never - seconds(1'000'000'000));
        },
        [&](SimNode&, io::Io io) -> io::Task<void> {
            const io::Endpoint to{"server", 8080, ""};
            Accepted stream = co_await dial(io, to);
            const std::string piece(1'000, 'x');
            for (;;) {
                const Result<void> done = co_await (*stream)->write(piece);
                if (!done) co_return;
                written += piece.size();
            }
        });
    EXPECT_GT(written, 1'000U);
    EXPECT_LE(written, 16'383U);  // log-uniform draws within an octave
}

TEST(Network, DeadlinesAreExactAndStayInForce) {
    std::vector<Errc> errors;
    Instant failed_at;
    Duet duet;
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            std::unique_ptr<io::Stream> stream = co_await accept_one(io, test::everywhere);
            co_await io::sleep_until(io.clock, io.clock.now() + seconds(50));
        },
        [&](SimNode& node, io::Io io) -> io::Task<void> {
            const io::Endpoint to{"server", 8080, ""};
            Accepted stream = co_await dial(io, to);
            std::string buffer(10, '\0');
            (*stream)->expire_at(io.clock.now() + seconds(1));
            (*stream)->expire_at(io.clock.now() + seconds(3));
            const Instant deadline = node.world().now() + seconds(3);
            const Result<std::size_t> first = co_await (*stream)->read_some(buffer);
            errors.push_back(first.error().code);
            failed_at = node.world().now();
            EXPECT_EQ(failed_at, deadline);
            const Result<std::size_t> second = co_await (*stream)->read_some(buffer);
            errors.push_back(second.error().code);
            (*stream)->expire_at(never);
            const Result<std::size_t> third = co_await (*stream)->read_some(buffer);
            if (third) errors.push_back(Errc::full);
        });
    EXPECT_EQ(errors, (std::vector<Errc>{Errc::timed_out, Errc::timed_out, Errc::full}));
}

TEST(Network, ClosingWithUnreadBytesResetsThePeer) {
    Errc seen{};
    Duet duet;
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            std::unique_ptr<io::Stream> stream = co_await accept_one(io, test::everywhere);
            co_await io::sleep_until(io.clock, io.clock.now() + seconds(1));
            stream->close();
            const Result<void> after = co_await stream->write("x");
            EXPECT_EQ(after.error().code, Errc::closed);
        },
        [&](SimNode&, io::Io io) -> io::Task<void> {
            const io::Endpoint to{"server", 8080, ""};
            Accepted stream = co_await dial(io, to);
            (void)co_await (*stream)->write("hello");
            const Result<std::string> answer = co_await read_all(**stream, 10);
            seen = answer.error().code;
        });
    EXPECT_EQ(seen, Errc::reset);
}

TEST(Network, WritingToAClosedPeerEndsInAReset) {
    std::vector<bool> written;
    Duet duet;
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            std::unique_ptr<io::Stream> stream = co_await accept_one(io, test::everywhere);
        },
        [&](SimNode&, io::Io io) -> io::Task<void> {
            const io::Endpoint to{"server", 8080, ""};
            Accepted stream = co_await dial(io, to);
            for (int i = 0; i < 2; ++i) {
                co_await io::sleep_until(io.clock, io.clock.now() + seconds(1));
                const Result<void> done = co_await (*stream)->write("hello");
                written.push_back(done.has_value());
            }
        });
    EXPECT_EQ(written, (std::vector<bool>{true, false}));
}

TEST(Network, WhoListensWhereIsReachedFromWhere) {
    std::vector<std::string> story;
    const auto note = [&story](std::string what, const Accepted& outcome) {
        what += outcome ? " from " + (*outcome)->peer_address()
                        : " " + std::string(name_of(outcome.error().code));
        story.push_back(std::move(what));
    };
    std::vector<std::unique_ptr<io::Listener>> listeners;
    Duet duet;
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            for (const io::Endpoint& at : {io::Endpoint{"127.0.0.1", 81, ""},
                                           io::Endpoint{"10.9.0.1", 82, ""},
                                           io::Endpoint{"", 0, "/run/x.sock"}}) {
                Result<std::unique_ptr<io::Listener>> made = io.network.listen(at);
                listeners.push_back(std::move(*made));
            }
            EXPECT_EQ(io.network.listen({"0.0.0.0", 81, ""}).error().code, Errc::in_use);
            EXPECT_EQ(io.network.listen({"10.9.0.2", 83, ""}).error().code, Errc::invalid_argument);
            EXPECT_GT((*io.network.listen({"0.0.0.0", 0, ""}))->local().port, 1024);
            for (const io::Endpoint& to : {io::Endpoint{"localhost", 81, ""},
                                           io::Endpoint{"server", 82, ""},
                                           io::Endpoint{"127.0.0.1", 82, ""},
                                           io::Endpoint{"", 0, "/run/x.sock"}}) {
                const Accepted outcome = co_await dial(io, to);
                note("own " + to_string(to), outcome);
            }
            co_await io::sleep_until(io.clock, io.clock.now() + seconds(30));
            listeners.clear();
        },
        [&](SimNode&, io::Io io) -> io::Task<void> {
            for (const io::Endpoint& to : {io::Endpoint{"10.9.0.1", 81, ""},
                                           io::Endpoint{"10.9.0.1", 82, ""},
                                           io::Endpoint{"server", 83, ""},
                                           io::Endpoint{"nowhere", 82, ""},
                                           io::Endpoint{"", 0, "/run/x.sock"}}) {
                const Accepted outcome = co_await dial(io, to);
                note("other " + to_string(to), outcome);
            }
        });
    EXPECT_EQ(story,
              (std::vector<std::string>{"own localhost:81 from localhost",
                                        "own server:82 from server",
                                        "own 127.0.0.1:82 refused",
                                        "own unix:/run/x.sock from unix",
                                        "other 10.9.0.1:81 refused",
                                        "other 10.9.0.1:82 from 10.9.0.1",
                                        "other server:83 refused",
                                        "other nowhere:82 invalid_argument",
                                        "other unix:/run/x.sock refused"}));
}

TEST(Network, OneNodeMayCallFromManyAddresses) {
    World world(WorldOptions{});
    SimNode& server = test::add_echo_server(world);
    test::Seen seen;
    SimNode& players = world.add_node({.name = "players", .addresses = {"10.9.0.2"}});
    struct Two final : Program {
        std::unique_ptr<Program> a;
        std::unique_ptr<Program> b;
    };
    players.start(
        [&](SimNode& self) {
            const test::ClientOptions options{.server = test::endpoint_of(server)};
            auto two = std::make_unique<Two>();
            const io::Io first = self.io_from("203.0.113.1");
            two->a = std::make_unique<test::EchoClient>(self, first, options, seen);
            const io::Io second = self.io_from("203.0.113.2");
            two->b = std::make_unique<test::EchoClient>(self, second, options, seen);
            return two;
        },
        seconds(1));
    (void)world.run_until(Instant{} + seconds(5));
    std::vector<std::string> peers = test::echo_of(server).peers;
    std::ranges::sort(peers);
    EXPECT_EQ(peers, (std::vector<std::string>{"203.0.113.1", "203.0.113.2"}));
}

TEST(Network, AFullBacklogMakesConnectsWait) {
    WorldOptions options;
    options.network.backlog = 1;
    int connected = 0;
    Duet duet(options);
    (void)duet.play(
        [&](SimNode&, io::Io io) -> io::Task<void> {
            Result<std::unique_ptr<io::Listener>> listener = io.network.listen(test::everywhere);
            co_await io::sleep_until(io.clock, io.clock.now() + seconds(30));
        },
        [&](SimNode&, io::Io io) -> io::Task<void> {
            const io::Endpoint to{"server", 8080, ""};
            std::vector<Accepted> held;
            for (int i = 0; i < 3; ++i) {
                Accepted outcome = co_await dial(io, to);
                connected += outcome ? 1 : 0;
                held.push_back(std::move(outcome));
            }
            EXPECT_EQ(held[1].error().code, Errc::timed_out);
        });
    EXPECT_EQ(connected, 1);
}

RC_GTEST_PROP(Pipe, IsAQueueOfBytesWithABound, ()) {
    Pipe pipe(64);
    std::string sent;
    std::string received;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 90));
    for (const int step : steps) {
        const auto size = static_cast<std::size_t>(step % 30);
        if (step < 30) {
            std::string bytes;
            for (std::size_t i = 0; i < std::min(size, pipe.room()); ++i)
                bytes.push_back(static_cast<char>('a' + (sent.size() + i) % 26));
            pipe.send(bytes, Instant{0});
            sent += bytes;
        } else if (step < 60 && pipe.under_way()) {
            (void)pipe.arrive();
        } else {
            std::string buffer(size, '\0');
            const std::size_t count = pipe.read(buffer);
            received.append(buffer, 0, count);
            RC_ASSERT(sent.starts_with(received));
            if (step % 2 == 0) pipe.acknowledge();
        }
        RC_ASSERT(pipe.arrived() <= pipe.sent());
        RC_ASSERT(pipe.sent() == sent.size());
        RC_ASSERT(pipe.sent() - received.size() <= 64U);
    }
}

}  // namespace
}  // namespace playback::sim
