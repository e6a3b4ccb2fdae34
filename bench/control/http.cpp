// HTTP/1.1: where a request ends, and one small answer for each.
#include <charconv>

#include "bench/control/controls.h"
#include "bench/control/event_loop.h"

namespace playback::control {
namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n"
    R"({"message":"pong"})";

class Http final : public Protocol {
public:
    std::size_t take(Connection& connection, std::string_view bytes) override {
        constexpr std::string_view name = "Content-Length: ";
        std::size_t used = 0;
        for (;;) {
            const std::string_view rest = bytes.substr(used);
            const std::size_t end = rest.find("\r\n\r\n");
            if (end == std::string_view::npos) return used;
            std::size_t length = 0;
            const std::size_t at = rest.substr(0, end).find(name);
            if (at != std::string_view::npos)
                std::from_chars(rest.data() + at + name.size(), rest.data() + end, length);
            if (rest.size() < end + 4 + length) return used;
            used += end + 4 + length;
            connection.out += answer;
        }
    }
};

}  // namespace

void serve_http() {
    EventLoop loop;
    Http http;
    loop.run(http);
}

}  // namespace playback::control
