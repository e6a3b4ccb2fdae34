#include "tests/contract/network_contract.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/random.h"
#include "engine/io/wait.h"

namespace playback::contract {
namespace {

using StreamResult = Result<std::unique_ptr<io::Stream>>;
using Streams = std::unique_ptr<io::Stream>;

const io::Endpoint any_port{"127.0.0.1", 0, ""};

Instant soon(NetworkWorld& world) {
    return world.clock.now() + seconds(20);  // more than any check takes
}

Errc code_of(const Result<std::size_t>& result) {
    return result ? Errc{} : result.error().code;
}
Errc code_of(const Result<void>& result) {
    return result ? Errc{} : result.error().code;
}
Errc code_of(const StreamResult& result) {
    return result ? Errc{} : result.error().code;
}

// A listener and both ends of one connection to it.
struct Pair {
    std::unique_ptr<io::Listener> listener;
    Streams client;
    Streams server;
};

io::Task<Pair> connected(NetworkWorld& world, io::Endpoint at) {
    Pair pair;
    Result<std::unique_ptr<io::Listener>> listener = world.network.listen(at);
    EXPECT_TRUE(listener) << listener.error().detail;
    if (!listener) co_return pair;
    pair.listener = std::move(*listener);
    io::Endpoint to = pair.listener->local();
    StreamResult client = co_await world.network.connect(to, soon(world));
    EXPECT_TRUE(client) << client.error().detail;
    StreamResult server = co_await pair.listener->accept();
    EXPECT_TRUE(server) << server.error().detail;
    if (!client || !server) co_return pair;
    pair.client = std::move(*client);
    pair.server = std::move(*server);
    co_return pair;
}

// Reads until `size` bytes are there, the stream ends, or an error comes.
io::Task<std::string> read_exactly(io::Stream& stream, std::size_t size) {
    std::string got;
    std::array<char, 1024> buffer{};
    while (got.size() < size) {
        const std::size_t most = std::min(buffer.size(), size - got.size());
        const Result<std::size_t> count = co_await stream.read_some(std::span(buffer).first(most));
        if (!count || *count == 0) break;
        got.append(buffer.data(), *count);
    }
    co_return got;
}

io::Task<Result<std::size_t>> read_one(io::Stream& stream) {
    std::array<char, 1> byte{};
    co_return co_await stream.read_some(byte);
}

io::Task<void> echo_all(io::Stream& stream) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const Result<std::size_t> count = co_await stream.read_some(buffer);
        if (!count || *count == 0) co_return;
        const std::string_view bytes(buffer.data(), *count);
        const Result<void> written = co_await stream.write(bytes);
        if (!written) co_return;
    }
}

io::Task<void> echo(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    io::TaskGroup group(world.executor);
    group.spawn(echo_all(*pair.server));
    for (const std::string_view text : {"a", "several bytes", "", "z"}) {
        const Result<void> written = co_await pair.client->write(text);
        EXPECT_TRUE(written);
        const std::string back = co_await read_exactly(*pair.client, text.size());
        EXPECT_EQ(back, text);
    }
    pair.client->close();
    co_await group.join();
}

io::Task<void> half_close(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const Result<void> asked = co_await pair.client->write("question");
    EXPECT_TRUE(asked);
    pair.client->shutdown_write();
    const std::string question = co_await read_exactly(*pair.server, 100);
    EXPECT_EQ(question, "question");
    const Result<void> answered = co_await pair.server->write("answer");
    EXPECT_TRUE(answered);
    pair.server.reset();
    const std::string answer = co_await read_exactly(*pair.client, 6);
    EXPECT_EQ(answer, "answer");
    const Result<std::size_t> end = co_await read_one(*pair.client);
    EXPECT_TRUE(end && *end == 0);
    const Result<void> late = co_await pair.client->write("late");
    EXPECT_EQ(code_of(late), Errc::closed);
}

io::Task<void> close_with_unread_bytes_resets_the_peer(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const Result<void> written = co_await pair.client->write("unread");
    EXPECT_TRUE(written);
    const Result<std::size_t> first = co_await read_one(*pair.server);
    EXPECT_TRUE(first && *first == 1);
    pair.server->close();
    const Result<std::size_t> end = co_await read_one(*pair.client);
    EXPECT_EQ(code_of(end), Errc::reset);
}

io::Task<void> write_to_a_gone_peer_fails(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    pair.server.reset();
    const Instant until = soon(world);
    Errc code{};
    while (code == Errc{} && world.clock.now() < until) {
        const Result<void> written = co_await pair.client->write("into the void");
        code = code_of(written);
        co_await io::sleep_until(world.clock, world.clock.now() + milliseconds(20));
    }
    EXPECT_EQ(code, Errc::reset);
}

io::Task<void> refused(NetworkWorld& world) {
    Result<std::unique_ptr<io::Listener>> listener = world.network.listen(any_port);
    EXPECT_TRUE(listener);
    if (!listener) co_return;
    io::Endpoint to = (*listener)->local();
    (*listener)->close();
    const StreamResult stream = co_await world.network.connect(to, soon(world));
    EXPECT_EQ(code_of(stream), Errc::refused);
}

io::Task<void> connect_times_out(NetworkWorld& world) {
    const Instant deadline = world.clock.now() + milliseconds(300);
    const StreamResult stream = co_await world.network.connect(world.silent, deadline);
    EXPECT_EQ(code_of(stream), Errc::timed_out);
    EXPECT_GE(world.clock.now(), deadline);
}

io::Task<void> unknown_host_is_an_invalid_argument(NetworkWorld& world) {
    io::Endpoint to{"no-such-host.invalid", 80, ""};
    const StreamResult stream = co_await world.network.connect(to, soon(world));
    EXPECT_EQ(code_of(stream), Errc::invalid_argument);
}

io::Task<void> read_expires(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const Instant at = world.clock.now() + milliseconds(100);
    pair.client->expire_at(at);
    const Result<std::size_t> first = co_await read_one(*pair.client);
    EXPECT_EQ(code_of(first), Errc::timed_out);
    EXPECT_GE(world.clock.now(), at);
    EXPECT_LE(world.clock.now(), at + seconds(5));
    const Result<std::size_t> second = co_await read_one(*pair.client);
    EXPECT_EQ(code_of(second), Errc::timed_out);

    pair.client->expire_at(never);  // lifted: the connection itself is unharmed
    const Result<void> written = co_await pair.server->write("x");
    EXPECT_TRUE(written);
    const Result<std::size_t> third = co_await read_one(*pair.client);
    EXPECT_TRUE(third && *third == 1);
}

io::Task<void> deadline_may_move_while_a_read_waits(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const Instant start = world.clock.now();
    pair.client->expire_at(start + milliseconds(50));
    io::TaskGroup group(world.executor);
    auto mover = [&world, &pair, start]() -> io::Task<void> {
        pair.client->expire_at(start + milliseconds(400));  // later
        co_await io::sleep_until(world.clock, start + milliseconds(150));
        pair.client->expire_at(start + milliseconds(250));  // nearer again
    };
    group.spawn(mover());
    const Result<std::size_t> count = co_await read_one(*pair.client);
    EXPECT_EQ(code_of(count), Errc::timed_out);
    EXPECT_GE(world.clock.now(), start + milliseconds(250));
    co_await group.join();
}

io::Task<void> write_expires(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const std::string bytes(world.flood, 'w');
    const Instant at = world.clock.now() + milliseconds(200);
    pair.client->expire_at(at);
    const Result<void> written = co_await pair.client->write(bytes);
    EXPECT_EQ(code_of(written), Errc::timed_out);
    EXPECT_GE(world.clock.now(), at);
}

io::Task<void> writer_waits_for_a_slow_reader(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const std::string bytes(world.flood, 'b');
    bool written = false;
    io::TaskGroup group(world.executor);
    auto writer = [&]() -> io::Task<void> {
        const Result<void> done = co_await pair.client->write(bytes);
        EXPECT_TRUE(done);
        written = true;
        pair.client->shutdown_write();
    };
    group.spawn(writer());
    co_await io::sleep_until(world.clock, world.clock.now() + milliseconds(200));
    EXPECT_FALSE(written);

    std::vector<char> buffer(64 * 1024);
    std::size_t total = 0;
    for (;;) {
        const Result<std::size_t> count = co_await pair.server->read_some(buffer);
        if (!count || *count == 0) break;
        total += *count;
    }
    co_await group.join();
    EXPECT_TRUE(written);
    EXPECT_EQ(total, bytes.size());
}

io::Task<void> send_in_odd_pieces(io::Stream& stream, const std::string& bytes, Random random) {
    std::string_view left = bytes;
    while (!left.empty()) {
        const auto most = static_cast<std::size_t>(random.log_between(1, 100'000));
        const std::size_t size = std::min(left.size(), most);
        const Result<void> written = co_await stream.write(left.substr(0, size));
        EXPECT_TRUE(written);
        if (!written) co_return;
        left.remove_prefix(size);
    }
    stream.shutdown_write();
}

io::Task<void> receive_in_odd_pieces(io::Stream& stream, std::string& into, Random random) {
    std::vector<char> buffer(100'000);
    for (;;) {
        const auto most = static_cast<std::size_t>(random.log_between(1, 100'000));
        const Result<std::size_t> count = co_await stream.read_some(std::span(buffer).first(most));
        EXPECT_TRUE(count);
        if (!count || *count == 0) co_return;
        EXPECT_LE(*count, most);
        into.append(buffer.data(), *count);
    }
}

io::Task<void> much_data_both_ways_in_odd_pieces(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    Random random(11);
    std::string up(world.flood / 10 + 17, '\0');
    std::string down(world.flood / 20 + 3, '\0');
    random.fill(up);
    random.fill(down);
    std::string got_up;
    std::string got_down;
    io::TaskGroup group(world.executor);
    group.spawn(send_in_odd_pieces(*pair.client, up, Random(1)));
    group.spawn(send_in_odd_pieces(*pair.server, down, Random(2)));
    group.spawn(receive_in_odd_pieces(*pair.server, got_up, Random(3)));
    group.spawn(receive_in_odd_pieces(*pair.client, got_down, Random(4)));
    co_await group.join();
    EXPECT_TRUE(got_up == up);
    EXPECT_TRUE(got_down == down);
}

io::Task<void> close_wakes_reader_and_writer(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    const std::string bytes(world.flood, 'c');
    io::TaskGroup group(world.executor);
    auto reader = [&]() -> io::Task<void> {
        const Result<std::size_t> count = co_await read_one(*pair.client);
        EXPECT_EQ(code_of(count), Errc::closed);
    };
    auto writer = [&]() -> io::Task<void> {
        const Result<void> written = co_await pair.client->write(bytes);
        EXPECT_EQ(code_of(written), Errc::closed);
    };
    group.spawn(reader());
    group.spawn(writer());
    co_await io::sleep_until(world.clock, world.clock.now() + milliseconds(50));
    pair.client->close();
    pair.client->close();
    co_await group.join();
    const Result<std::size_t> read = co_await read_one(*pair.client);
    EXPECT_EQ(code_of(read), Errc::closed);
    const Result<void> written = co_await pair.client->write("x");
    EXPECT_EQ(code_of(written), Errc::closed);

    // What was cut off does not look whole to the peer.
    std::vector<char> buffer(64 * 1024);
    Result<std::size_t> count{1};
    while (count && *count > 0) count = co_await pair.server->read_some(buffer);
    EXPECT_EQ(code_of(count), Errc::reset);
}

io::Task<void> stream_may_go_right_after_close(NetworkWorld& world) {
    Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    io::TaskGroup group(world.executor);
    auto reader = [&pair]() -> io::Task<void> {
        const Result<std::size_t> count = co_await read_one(*pair.client);
        EXPECT_EQ(code_of(count), Errc::closed);
    };
    group.spawn(reader());
    co_await io::sleep_until(world.clock, world.clock.now() + milliseconds(20));
    pair.client->close();
    pair.client.reset();  // its reader was resumed, but has not run yet
    co_await group.join();
}

io::Task<void> a_port_is_listened_at_once(NetworkWorld& world) {
    Result<std::unique_ptr<io::Listener>> first = world.network.listen(any_port);
    EXPECT_TRUE(first);
    if (!first) co_return;
    io::Endpoint at = (*first)->local();
    const Result<std::unique_ptr<io::Listener>> second = world.network.listen(at);
    EXPECT_FALSE(second);
    if (!second) EXPECT_EQ(second.error().code, Errc::in_use);
    first->reset();
    const Result<std::unique_ptr<io::Listener>> third = world.network.listen(at);
    EXPECT_TRUE(third);
}

io::Task<void> port_zero_means_any_free_one(NetworkWorld& world) {
    Result<std::unique_ptr<io::Listener>> one = world.network.listen(any_port);
    Result<std::unique_ptr<io::Listener>> two = world.network.listen(any_port);
    EXPECT_TRUE(one && two);
    if (!one || !two) co_return;
    EXPECT_NE((*one)->local().port, 0);
    EXPECT_NE((*one)->local().port, (*two)->local().port);
    EXPECT_EQ((*one)->local().host, "127.0.0.1");
}

io::Task<void> closing_a_listener_wakes_its_accept(NetworkWorld& world) {
    Result<std::unique_ptr<io::Listener>> listener = world.network.listen(any_port);
    EXPECT_TRUE(listener);
    if (!listener) co_return;
    io::TaskGroup group(world.executor);
    auto acceptor = [&listener]() -> io::Task<void> {
        const StreamResult stream = co_await (*listener)->accept();
        EXPECT_EQ(code_of(stream), Errc::closed);
    };
    group.spawn(acceptor());
    co_await io::sleep_until(world.clock, world.clock.now() + milliseconds(20));
    (*listener)->close();
    co_await group.join();
    const StreamResult again = co_await (*listener)->accept();
    EXPECT_EQ(code_of(again), Errc::closed);
}

io::Task<void> addresses_of_the_peer(NetworkWorld& world) {
    const Pair pair = co_await connected(world, any_port);
    if (!pair.server) co_return;
    EXPECT_EQ(pair.server->peer_address(), "127.0.0.1");
    EXPECT_EQ(pair.client->peer_address(), "127.0.0.1");
}

io::Task<void> unix_sockets(NetworkWorld& world) {
    const io::Endpoint at{"", 0, world.directory + "/contract.sock"};
    for (int round = 0; round < 2; ++round) {  // the second finds the path free again
        Pair pair = co_await connected(world, at);
        if (!pair.server) co_return;
        io::TaskGroup group(world.executor);
        group.spawn(echo_all(*pair.server));
        const Result<void> written = co_await pair.client->write("through a file");
        EXPECT_TRUE(written);
        const std::string back = co_await read_exactly(*pair.client, 14);
        EXPECT_EQ(back, "through a file");
        const Result<std::unique_ptr<io::Listener>> second = world.network.listen(at);
        EXPECT_FALSE(second);
        if (!second) EXPECT_EQ(second.error().code, Errc::in_use);
        pair.client->close();
        co_await group.join();
    }
    io::Endpoint to = at;
    const StreamResult nobody = co_await world.network.connect(to, soon(world));
    EXPECT_EQ(code_of(nobody), Errc::refused);
}

io::Task<void> one_of_many(NetworkWorld& world, io::Endpoint to, int number, int& served) {
    StreamResult stream = co_await world.network.connect(to, soon(world));
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    const std::string text = "client " + std::to_string(number);
    const Result<void> written = co_await (*stream)->write(text);
    EXPECT_TRUE(written);
    const std::string back = co_await read_exactly(**stream, text.size());
    EXPECT_EQ(back, text);
    if (back == text) ++served;
}

io::Task<void> serve_one(Streams stream) {
    co_await echo_all(*stream);
}

io::Task<void> many_connections(NetworkWorld& world) {
    constexpr int count = 100;
    Result<std::unique_ptr<io::Listener>> listener = world.network.listen(any_port);
    EXPECT_TRUE(listener);
    if (!listener) co_return;
    const io::Endpoint to = (*listener)->local();
    int served = 0;
    io::TaskGroup group(world.executor);
    for (int i = 0; i < count; ++i) group.spawn(one_of_many(world, to, i, served));
    for (int i = 0; i < count; ++i) {
        StreamResult stream = co_await (*listener)->accept();
        EXPECT_TRUE(stream);
        if (!stream) break;
        group.spawn(serve_one(std::move(*stream)));
    }
    co_await group.join();
    EXPECT_EQ(served, count);
}

constexpr NetworkCheck checks[] = {
    {"echo", echo},
    {"half_close", half_close},
    {"close_with_unread_bytes_resets_the_peer", close_with_unread_bytes_resets_the_peer},
    {"write_to_a_gone_peer_fails", write_to_a_gone_peer_fails},
    {"refused", refused},
    {"connect_times_out", connect_times_out},
    {"unknown_host_is_an_invalid_argument", unknown_host_is_an_invalid_argument},
    {"read_expires", read_expires},
    {"deadline_may_move_while_a_read_waits", deadline_may_move_while_a_read_waits},
    {"write_expires", write_expires},
    {"writer_waits_for_a_slow_reader", writer_waits_for_a_slow_reader},
    {"much_data_both_ways_in_odd_pieces", much_data_both_ways_in_odd_pieces},
    {"close_wakes_reader_and_writer", close_wakes_reader_and_writer},
    {"stream_may_go_right_after_close", stream_may_go_right_after_close},
    {"a_port_is_listened_at_once", a_port_is_listened_at_once},
    {"port_zero_means_any_free_one", port_zero_means_any_free_one},
    {"closing_a_listener_wakes_its_accept", closing_a_listener_wakes_its_accept},
    {"addresses_of_the_peer", addresses_of_the_peer},
    {"unix_sockets", unix_sockets},
    {"many_connections", many_connections},
};

}  // namespace

std::span<const NetworkCheck> network_checks() {
    return checks;
}

}  // namespace playback::contract
