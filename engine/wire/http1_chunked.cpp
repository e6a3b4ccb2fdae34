#include "engine/wire/http1_chunked.h"

#include <algorithm>

namespace playback::wire {
namespace {

constexpr std::size_t digits_max = 15;  // so that the size cannot overflow

bool is_control(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char folded = static_cast<char>(c | 0x20);
    if (folded >= 'a' && folded <= 'f') return folded - 'a' + 10;
    return -1;
}

}  // namespace

std::size_t ChunkDecoder::feed(std::string_view input, std::string& out) {
    std::size_t at = 0;
    while (at < input.size() && !done() && !error_) {
        if (state_ == State::data) {
            const auto length =
                static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size() - at));
            out.append(input.substr(at, length));
            at += length;
            chunk_left_ -= length;
            if (chunk_left_ == 0) state_ = State::data_cr;
            continue;
        }
        if (++overhead_bytes_ > limits_.overhead_max) {
            refuse(413, "the chunks are too small");
            break;
        }
        step(input[at]);
        ++at;
    }
    return at;
}

void ChunkDecoder::step(char c) {
    switch (state_) {
        case State::size:
            size_digit(c);
            return;
        case State::extension:
            if (c == '\r')
                state_ = State::size_lf;
            else
                line_byte(c);
            return;
        case State::size_lf:
            expect(c, '\n', State::data);
            if (!error_) end_size_line();
            return;
        case State::data_cr:
            expect(c, '\r', State::data_lf);
            return;
        case State::data_lf:
            expect(c, '\n', State::size);
            return;
        case State::trailer:
            start_trailer(c);
            return;
        case State::trailer_line:
            if (c == '\r')
                state_ = State::trailer_lf;
            else
                line_byte(c);
            return;
        case State::trailer_lf:
            expect(c, '\n', State::trailer);
            return;
        case State::last_lf:
            expect(c, '\n', State::done);
            return;
        case State::data:
        case State::done:
            return;
    }
}

void ChunkDecoder::expect(char c, char wanted, State next) {
    if (c == wanted)
        state_ = next;
    else
        refuse(400, "a chunk is malformed");
}

void ChunkDecoder::line_byte(char c) {
    if (is_control(c)) refuse(400, "a control character beside a chunk");
    if (++line_bytes_ > line_bytes_max) refuse(400, "a line beside a chunk is too long");
}

void ChunkDecoder::size_digit(char c) {
    const int value = digit_value(c);
    if (value >= 0) {
        if (++digits_ > digits_max) {
            refuse(400, "a chunk size is too long");
            return;
        }
        chunk_left_ = chunk_left_ << 4 | static_cast<std::uint64_t>(value);
        return;
    }
    if (digits_ == 0 || (c != '\r' && c != ';')) {
        refuse(400, "a chunk size must be a hexadecimal number");
        return;
    }
    state_ = c == ';' ? State::extension : State::size_lf;
}

void ChunkDecoder::end_size_line() {
    digits_ = 0;
    line_bytes_ = 0;
    if (chunk_left_ == 0) {
        state_ = State::trailer;
        return;
    }
    if (chunk_left_ > limits_.data_max - data_bytes_) {
        refuse(413, "the body is too long");
        return;
    }
    data_bytes_ += chunk_left_;
}

// The first byte behind the last chunk or a trailer: CR ends the body.
void ChunkDecoder::start_trailer(char c) {
    if (c == '\r') {
        state_ = State::last_lf;
        return;
    }
    line_bytes_ = 0;
    if (++trailer_lines_ > trailer_lines_max || !is_token(std::string_view(&c, 1))) {
        refuse(400, "a trailer is malformed");
        return;
    }
    state_ = State::trailer_line;
}

}  // namespace playback::wire
