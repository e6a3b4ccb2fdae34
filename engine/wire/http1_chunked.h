// ChunkDecoder: takes the chunked transfer coding of HTTP/1.1 off a body, byte by byte or in bulk.
//
// Strict: sizes are hexadecimal digits only, every line ends in CRLF, extensions are skipped and
// trailers are checked and dropped. It holds no bytes itself; the state is where it stands in the
// coding, so any split of the input gives the same result. Spec: RFC 9112 section 7.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/wire/http1_head.h"

namespace playback::wire {

class ChunkDecoder {
public:
    static constexpr std::size_t line_bytes_max = 1024;  // a size with extensions, or a trailer
    static constexpr std::size_t trailer_lines_max = 32;

    struct Limits {
        std::uint64_t data_max = UINT64_MAX;      // decoded bytes of the whole body
        std::uint64_t overhead_max = UINT64_MAX;  // all other bytes of the whole body
    };

    ChunkDecoder() = default;
    explicit ChunkDecoder(const Limits& limits) : limits_(limits) {}

    // Appends decoded bytes to `out` and says how many bytes of `input` it used: all, unless the
    // body ended inside or was refused.
    std::size_t feed(std::string_view input, std::string& out);

    [[nodiscard]] bool done() const { return state_ == State::done; }
    [[nodiscard]] const HttpError& error() const { return error_; }

private:
    enum class State : std::uint8_t {
        size,          // hexadecimal digits
        extension,     // behind ';', up to CR
        size_lf,       // LF behind a size
        data,          //
        data_cr,       // CR behind the data
        data_lf,       // LF behind it
        trailer,       // first byte of a trailer line, or of the last line
        trailer_line,  // the rest of it
        trailer_lf,    // LF behind it
        last_lf,       // LF of the last line
        done,
    };

    void step(char c);
    void size_digit(char c);
    void start_trailer(char c);
    void end_size_line();
    void expect(char c, char wanted, State next);
    void refuse(int status, std::string_view reason) { error_ = {status, reason}; }
    void line_byte(char c);

    Limits limits_;
    State state_ = State::size;
    std::uint64_t chunk_left_ = 0;
    std::uint64_t data_bytes_ = 0;
    std::uint64_t overhead_bytes_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t trailer_lines_ = 0;
    std::size_t digits_ = 0;
    HttpError error_;
};

}  // namespace playback::wire
