// HttpHandler: who answers the requests that HttpServer has read.
//
// A handler that can answer at once does so and returns an empty task: no coroutine frame, no
// allocation. Otherwise it returns the task that will fill the answer. `request`, `peer` and
// `answer` outlive that task; the bytes that the views of the request point into do not move while
// it runs. Requests of one connection are handled one after the other.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/services/handover.h"
#include "engine/wire/http1.h"

namespace playback::services {

// Who takes a connection over once it was told so (status 101). The connection counts for the
// server until `run` returns; the server's stop does not end it: whoever made it does.
class Upgrade {
public:
    virtual ~Upgrade() = default;

    // `received`: what the peer has sent behind its request.
    virtual io::Task<void> run(std::unique_ptr<io::Stream> stream, std::string received) = 0;

    // The connection is to go on in another process: reads no more, and `run` returns soon, without
    // a word to the peer. May come before `run`.
    virtual void hand_over() = 0;
    // After that, once every `run` has returned: what goes on there. Nothing: it had ended.
    virtual std::optional<Parcel> pack() = 0;
};

// The answer under construction. Reused from request to request, so that its body keeps its memory.
struct Answer {
    static constexpr std::size_t route_unknown = 0;

    int status = 200;
    std::string body;  // starts empty
    std::string_view content_type = "application/json";
    std::string headers;                // whole lines, by wire::append_header
    std::size_t route = route_unknown;  // index into HttpHandler::routes(), for the metrics
    std::unique_ptr<Upgrade> upgrade;   // with status 101 alone

    void reset() {
        status = 200;
        body.clear();
        content_type = "application/json";
        headers.clear();
        route = route_unknown;
        upgrade.reset();
    }
};

class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    virtual io::Task<void> handle(const wire::Request& request,
                                  std::string_view peer,
                                  Answer& answer) = 0;

    // Goes on with what an Upgrade of the process before has packed. Null: it cannot.
    // `unsent` leaves before anything else.
    virtual std::unique_ptr<Upgrade> resume(std::string_view words, std::string unsent) = 0;

    // Words the refusal of what could not be read as a request (400, 408, 413, 431, 503 ...).
    virtual void refuse(const wire::HttpError& error, Answer& answer) = 0;

    // Names for metrics; the first stands for everything unknown. Constant.
    [[nodiscard]] virtual std::span<const std::string_view> routes() const = 0;
};

}  // namespace playback::services
