// Echo: the smallest server and client over io::Network, for the simulator's own tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/io/clock.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim::test {

inline const io::Endpoint everywhere{"0.0.0.0", 8080, ""};

inline io::Endpoint endpoint_of(const SimNode& node) {
    return {node.name(), 8080, ""};
}

// Sends back whatever comes, on every connection.
class EchoServer final : public Program {
public:
    explicit EchoServer(const io::Io& io, io::Endpoint at = everywhere)
        : io_(io), group_(io.executor) {
        group_.spawn(serve(std::move(at)));
    }

    std::vector<std::string> peers;
    std::uint64_t bytes = 0;

private:
    io::Task<void> serve(io::Endpoint at) {
        Result<std::unique_ptr<io::Listener>> listening = io_.network.listen(at);
        CHECK(listening.has_value());
        const std::unique_ptr<io::Listener> listener = std::move(*listening);
        for (;;) {
            Result<std::unique_ptr<io::Stream>> accepted = co_await listener->accept();
            if (!accepted) co_return;
            peers.push_back((*accepted)->peer_address());
            group_.spawn(echo(std::move(*accepted)));
        }
    }

    io::Task<void> echo(std::unique_ptr<io::Stream> stream) {
        std::string buffer(4096, '\0');
        for (;;) {
            const Result<std::size_t> count = co_await stream->read_some(buffer);
            if (!count || *count == 0) co_return;
            bytes += *count;
            const Result<void> sent =
                co_await stream->write(std::string_view(buffer).substr(0, *count));
            if (!sent) co_return;
        }
    }

    io::Io io_;
    io::TaskGroup group_;
};

// What one client saw.
struct Seen {
    int connected = 0;
    int rounds = 0;  // messages that came back whole
    std::vector<Errc> errors;
    std::vector<Instant> at;  // world time of each whole answer
    std::string last;         // the last answer, as far as it came
};

struct ClientOptions {
    io::Endpoint server;
    int rounds = 10;
    std::size_t size = 100;
    Duration pause = milliseconds(1);
    Duration patience = seconds(5);
    bool again = false;  // connect again after an error, for ever
};

class EchoClient final : public Program {
public:
    EchoClient(SimNode& node, const io::Io& io, ClientOptions options, Seen& seen)
        : node_(node), io_(io), options_(std::move(options)), seen_(seen), group_(io.executor) {
        group_.spawn(run());
    }

private:
    io::Task<void> run() {
        do {
            co_await call();
            const Instant next = io_.clock.now() + milliseconds(50);
            co_await io::sleep_until(io_.clock, next);
        } while (options_.again);
    }

    io::Task<void> call() {
        const Instant deadline = io_.clock.now() + options_.patience;
        Result<std::unique_ptr<io::Stream>> outcome =
            co_await io_.network.connect(options_.server, deadline);
        if (!outcome) {
            seen_.errors.push_back(outcome.error().code);
            co_return;
        }
        ++seen_.connected;
        const std::unique_ptr<io::Stream> stream = std::move(*outcome);
        for (int i = 0; i < options_.rounds; ++i) {
            const Result<void> done = co_await round(*stream, i);
            if (!done) {
                seen_.errors.push_back(done.error().code);
                co_return;
            }
            const Instant next = io_.clock.now() + options_.pause;
            co_await io::sleep_until(io_.clock, next);
        }
    }

    io::Task<Result<void>> round(io::Stream& stream, int i) {
        const std::string message(options_.size, static_cast<char>('a' + i % 26));
        stream.expire_at(io_.clock.now() + options_.patience);
        const Result<void> sent = co_await stream.write(message);
        if (!sent) co_return Error(sent.error());
        seen_.last.clear();
        std::string buffer(4096, '\0');
        while (seen_.last.size() < message.size()) {
            const Result<std::size_t> count = co_await stream.read_some(buffer);
            if (!count) co_return Error(count.error());
            if (*count == 0) co_return Error{Errc::closed, "end of stream"};
            seen_.last.append(buffer, 0, *count);
        }
        CHECK(seen_.last == message);
        ++seen_.rounds;
        seen_.at.push_back(node_.world().now());
        co_return Result<void>{};
    }

    SimNode& node_;
    io::Io io_;
    ClientOptions options_;
    Seen& seen_;
    io::TaskGroup group_;
};

inline SimNode& add_echo_server(World& world, const std::string& name = "server") {
    SimNode& node = world.add_node({.name = name});
    node.start([](SimNode& self) { return std::make_unique<EchoServer>(self.io()); });
    return node;
}

inline SimNode& add_client(World& world,
                           const std::string& name,
                           ClientOptions options,
                           Seen& seen) {
    SimNode& node = world.add_node({.name = name});
    const auto boot = [options = std::move(options), &seen](SimNode& self) {
        return std::make_unique<EchoClient>(self, self.io(), options, seen);
    };
    node.start(boot, seconds(1));  // when the servers listen for certain
    return node;
}

inline const EchoServer& echo_of(const SimNode& node) {
    return dynamic_cast<const EchoServer&>(*node.program());
}

}  // namespace playback::sim::test
