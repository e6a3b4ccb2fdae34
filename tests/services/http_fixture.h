// A server over streams in memory, with a handler that echoes, for tests of server and connection.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/services/http_server.h"
#include "tests/services/fake_world.h"

namespace playback::services {

using tests::FakeWorld;
using tests::Wire;

// Answers /now at once, /later when told to, and echoes bodies.
class Echo final : public HttpHandler {
public:
    io::Task<void> handle(const wire::Request& request,
                          std::string_view peer,
                          Answer& answer) override {
        ++handled;
        if (request.path == "/later") return later(answer);
        answer.route = 1;
        answer.body.append(request.path).append("|").append(request.body).append("|").append(peer);
        if (request.path == "/big") answer.body.assign(100'000, 'x');
        return {};
    }
    void refuse(const wire::HttpError& error, Answer& answer) override {
        answer.body = "refused " + std::to_string(error.status);
    }
    std::unique_ptr<Upgrade> resume(std::string_view, std::string) override { return nullptr; }
    [[nodiscard]] std::span<const std::string_view> routes() const override { return names; }

    io::Task<void> later(Answer& answer) {
        auto start = [this](io::Resumer<bool> resumer) { waiting.push_back(std::move(resumer)); };
        co_await io::suspend<bool>(start);
        answer.body = "late";
    }
    void release() {
        for (io::Resumer<bool>& one : waiting) one.resume(true);
        waiting.clear();
    }

    static constexpr std::array<std::string_view, 2> names = {"unknown", "echo"};
    std::vector<io::Resumer<bool>> waiting;
    int handled = 0;
};

class HttpServerTest : public testing::Test {
protected:
    explicit HttpServerTest(const HttpServerOptions& options = small_limits())
        : server(world.io, handler, options) {
        server.serve(*world.network.listen({"0.0.0.0", 80, ""}));
        world.run();
    }
    ~HttpServerTest() override { world.loop.stop(); }

    static HttpServerOptions small_limits() {
        HttpServerOptions options;
        options.connections_max = 3;
        return options;
    }

    std::shared_ptr<Wire> connect() {
        auto wire = world.network.call("0.0.0.0:80", "10.0.0.9");
        world.run();
        return wire;
    }
    void send(const std::shared_ptr<Wire>& wire, std::string_view bytes) {
        wire->to_server += bytes;
        wire->wake();
        world.run();
    }
    std::string exchange(std::string_view bytes) {
        auto wire = connect();
        send(wire, bytes);
        return wire->from_server;
    }
    static std::string get(std::string_view path, std::string_view more = "") {
        return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
    }
    static std::string post(std::string_view path, std::string_view body) {
        return "POST " + std::string(path) +
               " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + std::string(body);
    }
    static std::size_t count(std::string_view text, std::string_view what) {
        std::size_t found = 0;
        for (std::size_t at = text.find(what); at != std::string_view::npos;
             at = text.find(what, at + 1))
            ++found;
        return found;
    }

    FakeWorld world;
    Echo handler;
    HttpServer server;
};

}  // namespace playback::services
