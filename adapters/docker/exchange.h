// Exchange: one request to the daemon and its answer, on a connection of its own.
//
// Connections are not kept: the daemon is next door, and a fresh one is never stale after it was
// restarted. A whole answer is bounded in size; a streamed one in what was not taken yet. Fails
// with timed_out at the deadline, unavailable when the daemon cannot be reached or breaks off, and
// corrupt when it does not speak HTTP.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/wire/http1_client.h"

namespace playback::adapters::docker {

struct Request {
    std::string method = "GET";
    std::string target;  // behind the version: "/_ping"
    std::string body;
    std::string registry_token = {};  // of a pull: what the daemon shows the registry
    std::size_t answer_bytes_max = 1 << 20;
};

struct Answer {
    int status = 0;
    std::string body;
};

class Exchange {
public:
    // Sends the request and reads the answer's head.
    static io::Task<Result<std::unique_ptr<Exchange>>> open(io::Network& network,
                                                            io::Endpoint daemon,
                                                            Request request,
                                                            Instant deadline);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    [[nodiscard]] int status() const { return parser_.status(); }

    // Waits for more of the body; false when it is over.
    io::Task<Result<bool>> read();
    std::string take_body() { return parser_.take_body(); }

    // A later deadline than that of `open`, for streams without an end.
    void expire_at(Instant at) { stream_->expire_at(at); }
    void close() { stream_->close(); }

private:
    Exchange(std::unique_ptr<io::Stream> stream, const Request& request);

    io::Task<Result<void>> send(const Request& request, const io::Endpoint& daemon);
    io::Task<Result<void>> read_more();

    std::unique_ptr<io::Stream> stream_;
    wire::ResponseParser parser_;
    std::array<char, 16'384> buffer_{};
};

// A whole exchange.
io::Task<Result<Answer>> call(io::Network& network,
                              io::Endpoint daemon,
                              Request request,
                              Instant deadline);

}  // namespace playback::adapters::docker
