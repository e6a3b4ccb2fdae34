// AsioStream: a stream of ours as Asio's AsyncReadStream and AsyncWriteStream.
//
// For programs that were written for Asio: coroutines (asio::awaitable), composed operations
// (asio::async_read_until, asio::async_write) and codecs over any stream run on it unchanged, on
// io::Executor, in the simulator and over real sockets. What they may not use is a timer of Asio, a
// strand or Beast's WebSocket: on an executor that is no io_context those start a real thread and
// read the real clock (spec M0); io::sleep_until is there instead. One read and one write at a
// time. Must outlive its operations; killing the node destroys them first.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include "engine/io/network.h"
#include "engine/io/task.h"

namespace playback::sim {

// What Asio calls it: eof is made of a read of nothing, and is not among these.
inline boost::system::error_code error_code_of(Errc code) {
    switch (code) {
        case Errc::reset:
            return boost::asio::error::connection_reset;
        case Errc::refused:
            return boost::asio::error::connection_refused;
        case Errc::timed_out:
            return boost::asio::error::timed_out;
        case Errc::closed:
            return boost::asio::error::operation_aborted;
        default:
            return boost::asio::error::fault;
    }
}

class AsioStream {
public:
    using executor_type = io::Executor;

    AsioStream(io::Executor executor, std::unique_ptr<io::Stream> stream)
        : executor_(executor), stream_(std::move(stream)) {}

    executor_type get_executor() { return executor_; }
    io::Stream& next_layer() { return *stream_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        const boost::asio::mutable_buffer into = first_of<boost::asio::mutable_buffer>(buffers);
        return boost::asio::async_initiate<Token, Completion>(
            [this](auto handler, boost::asio::mutable_buffer buffer) {
                start(read(*stream_, buffer), std::move(handler));
            },
            token,
            into);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        const boost::asio::const_buffer from = first_of<boost::asio::const_buffer>(buffers);
        return boost::asio::async_initiate<Token, Completion>(
            [this](auto handler, boost::asio::const_buffer buffer) {
                start(write(*stream_, buffer), std::move(handler));
            },
            token,
            from);
    }

private:
    using Completion = void(boost::system::error_code, std::size_t);
    struct Done {
        boost::system::error_code error;
        std::size_t count = 0;
    };

    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& buffers) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers);
             it != boost::asio::buffer_sequence_end(buffers);
             ++it)
            if (const Buffer one(*it); one.size() > 0) return one;
        return {};
    }

    static io::Task<Done> read(io::Stream& stream, boost::asio::mutable_buffer buffer) {
        Done done;
        if (buffer.size() == 0) co_return done;
        const std::span<char> into(static_cast<char*>(buffer.data()), buffer.size());
        Result<std::size_t> got = co_await stream.read_some(into);
        if (!got)
            done.error = error_code_of(got.error().code);
        else if (*got == 0)
            done.error = boost::asio::error::eof;
        else
            done.count = *got;
        co_return done;
    }

    static io::Task<Done> write(io::Stream& stream, boost::asio::const_buffer buffer) {
        Done done;
        const std::string_view bytes(static_cast<const char*>(buffer.data()), buffer.size());
        Result<void> sent = co_await stream.write(bytes);
        if (sent)
            done.count = buffer.size();
        else
            done.error = error_code_of(sent.error().code);
        co_return done;
    }

    // A failed CHECK goes on through the handler's coroutine, as everywhere.
    template <class Handler>
    void start(io::Task<Done> task, Handler handler) {
        auto finish = [handler = std::move(handler)](const std::exception_ptr& failure,
                                                     Done done) mutable {
            if (failure) std::rethrow_exception(failure);
            std::move(handler)(done.error, done.count);
        };
        boost::asio::co_spawn(executor_, std::move(task), std::move(finish));
    }

    io::Executor executor_;
    std::unique_ptr<io::Stream> stream_;
};

}  // namespace playback::sim
