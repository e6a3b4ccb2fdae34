// Asio's composed operations on simulated streams: they work, fail as Asio says, and die with a
// node.
#include "sim/asio_stream.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "engine/io/clock.h"
#include "engine/io/io.h"
#include "sim/fault_driver.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

namespace asio = boost::asio;

const io::Endpoint server_endpoint{"server", 7000, ""};

// Answers each line with the same line, by Asio's own operations.
class LineServer final : public Program {
public:
    explicit LineServer(SimNode& node) : io_(node.io()), tasks_(io_.executor) {
        tasks_.spawn(serve());
    }

private:
    io::Task<void> serve() {
        const io::Endpoint at{"0.0.0.0", 7000, ""};
        auto listener = io_.network.listen(at);
        for (;;) {
            auto stream = co_await (*listener)->accept();
            if (!stream) co_return;
            tasks_.spawn(talk(AsioStream(io_.executor, *std::move(stream))));
        }
    }
    static io::Task<void> talk(AsioStream stream) {
        boost::system::error_code failed;
        auto token = asio::redirect_error(asio::use_awaitable_t<io::Executor>(), failed);
        std::string input;
        auto buffer = asio::dynamic_buffer(input);
        for (;;) {
            const std::size_t size = co_await asio::async_read_until(stream, buffer, '\n', token);
            if (failed) co_return;
            const std::string line = input.substr(0, size);
            buffer.consume(size);
            co_await asio::async_write(stream, asio::buffer(line), token);
            if (failed) co_return;
        }
    }

    io::Io io_;
    io::TaskGroup tasks_;
};

struct Seen {
    std::vector<std::string> lines;
    boost::system::error_code failed;
};

class LineClient final : public Program {
public:
    LineClient(SimNode& node, std::size_t lines, Seen& seen)
        : io_(node.io()), seen_(seen), tasks_(io_.executor) {
        tasks_.spawn(talk(lines));
    }

private:
    io::Task<void> talk(std::size_t lines) {
        const Instant deadline = io_.clock.now() + seconds(5);
        auto connected = co_await io_.network.connect(server_endpoint, deadline);
        if (!connected) co_return;
        AsioStream stream(io_.executor, *std::move(connected));
        stream.next_layer().expire_at(deadline);
        auto token = asio::redirect_error(asio::use_awaitable_t<io::Executor>(), seen_.failed);
        for (std::size_t i = 0; i < lines; ++i) {
            const std::string line = std::string(1000 * i, 'x') + std::to_string(i) + "\n";
            co_await asio::async_write(stream, asio::buffer(line), token);
            if (seen_.failed) co_return;
            std::string answer(line.size(), '\0');
            co_await asio::async_read(stream, asio::buffer(answer), token);
            if (seen_.failed) co_return;
            seen_.lines.push_back(answer.substr(1000 * i));
        }
    }

    io::Io io_;
    Seen& seen_;
    io::TaskGroup tasks_;
};

struct Played {
    Seen seen;
    Verdict verdict;
};

Played play(std::size_t lines, const std::vector<PlanFault>& faults) {
    Played played;
    WorldOptions options{.seed = 3};
    options.network.segmented_permille = 1000;  // every connection cuts what it carries
    World world(options);
    world.add_node({.name = "server"}).start([](SimNode& node) {
        return std::make_unique<LineServer>(node);
    });
    world.add_node({.name = "client"}).start([&](SimNode& node) {
        return std::make_unique<LineClient>(node, lines, played.seen);
    });
    FaultDriver driver(world);
    driver.schedule(faults);
    played.verdict = world.run_until(Instant{} + seconds(10));
    return played;
}

TEST(AsioStream, CarriesComposedOperations) {
    const Played played = play(5, {});
    EXPECT_TRUE(played.verdict.passed());
    EXPECT_FALSE(played.seen.failed) << played.seen.failed.message();
    EXPECT_EQ(played.seen.lines, (std::vector<std::string>{"0\n", "1\n", "2\n", "3\n", "4\n"}));
}

TEST(AsioStream, IsAFunctionOfThePlan) {
    EXPECT_EQ(play(5, {}).verdict.trace_hash, play(5, {}).verdict.trace_hash);
    EXPECT_NE(play(5, {}).verdict.trace_hash, play(4, {}).verdict.trace_hash);
}

TEST(AsioStream, ErrorsAreThoseOfAsio) {
    const Instant soon = Instant{} + milliseconds(2);
    const PlanFault reset{1, soon, {}, "link_reset", "client|server", {}};
    EXPECT_EQ(play(1000, {reset}).seen.failed, asio::error::connection_reset);
    const PlanFault cut{1, soon, seconds(9), "link_partition", "client|server", {}};
    EXPECT_EQ(play(1000, {cut}).seen.failed, asio::error::timed_out);
    EXPECT_EQ(error_code_of(Errc::closed), asio::error::operation_aborted);
}

// Suspended in the middle of Asio's operations, with everything that they own.
TEST(AsioStream, AKilledNodeTakesItsOperationsAlong) {
    const Instant soon = Instant{} + milliseconds(2);
    const PlanFault kill{1, soon, seconds(9), "node_kill", "server", {}};
    const Played played = play(1000, {kill});
    EXPECT_TRUE(played.verdict.passed());
    EXPECT_TRUE(played.seen.failed);
}

}  // namespace
}  // namespace playback::sim
