// HttpClient: what actors call a node with. One keep-alive connection, one call at a time.
//
// It knows the difference that matters to a judge: a call that was refused or never left, and a
// call whose answer was lost, so that nobody knows whether it happened (unknown_outcome). It never
// retries by itself; that is the actor's decision.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/io/network.h"

namespace playback::scenarios {

struct HttpAnswer {
    int status = 0;
    std::string body;
    std::string content_type;
    bool has_retry_after = false;
    bool was_held = false;  // it says that the wish to wait was heard
    int ping_status = 0;    // of the call that went ahead, if one was asked for
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

struct CallSeen;

// What a judge is shown of an answer (observer.h), and nothing if it was lost. The texts stay the
// answer's.
void show_answer(const Result<HttpAnswer>& answer, CallSeen& seen);

struct HttpCall {
    std::string method = "POST";
    std::string path;
    std::string token;  // bearer; empty: anonymous
    std::string body;
    std::uint32_t wait_seconds = 0;   // "Prefer: wait=N"
    Duration patience = seconds(10);  // for the whole call
    bool is_chunked = false;          // the body goes in pieces of unstated number
    bool pings_ahead = false;         // a ping goes first, in the same bytes: pipelining
};

class HttpClient {
public:
    HttpClient(const io::Io& io, io::Endpoint target);

    // Fails with refused or timed_out if the request did not leave (nothing happened), else with
    // unknown_outcome. Any status is an answer.
    io::Task<Result<HttpAnswer>> call(HttpCall call);

    // Closes the connection; the next call opens a new one.
    void hang_up() { stream_.reset(); }

private:
    io::Task<Result<void>> connect(Instant deadline);
    io::Task<Result<HttpAnswer>> exchange(std::string request, std::string method, bool pinged);
    // The next answer of the connection; `rest` is what came behind the one before.
    io::Task<Result<HttpAnswer>> next_answer(std::string method, std::string& rest);

    io::Io io_;
    io::Endpoint target_;
    std::string host_;
    std::unique_ptr<io::Stream> stream_;
};

}  // namespace playback::scenarios
