// HttpConnection: one connection of HttpServer: bytes in, requests to the handler, answers out.
//
// Everything that stands in the buffer is handled before the next wait, and what was answered
// leaves in one write. Only before a request that may be held for long (a long poll) are earlier
// answers sent ahead. After a refusal that loses the frame the connection closes; it first reads on
// for a moment, since closing with unread bytes would destroy the answer on its way.
// Owned by its coroutine; the server outlives it. An upgrade (status 101) ends it:
// what goes on with the stream is taken from it after `run`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/network.h"
#include "engine/services/http_handler.h"
#include "engine/services/http_server.h"

namespace playback::services {

class HttpConnection {
public:
    // `bytes`: what the process before had read and not written of this connection.
    HttpConnection(HttpServer& server, std::unique_ptr<io::Stream> stream, Parcel bytes);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    io::Task<void> run();

    // After `run`: who goes on with the connection, if anybody.
    std::unique_ptr<Continuation> take_upgrade();

    // The server stops: closes now if nothing is being answered, else after that answer.
    void stop();
    void cut_off() { stream_->close(); }

    // The server hands over: `run` returns once everything is answered that has been read whole.
    void hand_over();
    // Waits no more for the peer to take its answers: they are passed on with the rest.
    void interrupt();
    // After `run`: adds what goes on in the next process, if anything does.
    void pack(std::vector<Parcel>& parcels);
    [[nodiscard]] HttpConnection* next() const { return next_; }

private:
    // What has to be waited for next.
    enum class Step : std::uint8_t { read, write, answer, pass_on };

    static constexpr std::size_t small_buffer = 4 * 1024;
    static constexpr std::size_t busy_buffer = 32 * 1024;
    static constexpr std::size_t output_flush_bytes = 64 * 1024;
    static constexpr std::size_t linger_bytes_max = 1024 * 1024;

    Step handle_received();
    void finish_answer();
    void note_trouble(std::string_view trace);
    void refuse(const wire::HttpError& error);
    [[nodiscard]] std::string_view unread() const {
        return {buffer_.data() + begin_, end_ - begin_};
    }
    bool make_room();
    bool resize_buffer(std::size_t size);
    [[nodiscard]] Instant read_deadline();
    io::Task<bool> read_more();
    io::Task<bool> flush();
    io::Task<void> linger();

    HttpServer& server_;
    std::unique_ptr<io::Stream> stream_;
    HttpConnection* previous_ = nullptr;
    HttpConnection* next_ = nullptr;
    std::string peer_;
    wire::RequestParser parser_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // of what no request has consumed
    std::size_t end_ = 0;
    std::size_t last_read_ = 0;
    bool read_filled_ = false;
    std::string output_;
    Answer answer_;
    io::Task<void> awaited_;
    Instant request_deadline_;  // of what has half arrived
    bool reading_ = false;      // waits for bytes: no request is being answered
    bool closing_;              // after what is in output_
    bool lost_frame_ = false;   // bytes of the peer may be left unread
    bool lingering_ = false;
    bool interrupted_ = false;
    bool passes_on_ = false;  // to the next process
};

}  // namespace playback::services
