#include "engine/wire/websocket.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/uuid/detail/sha1.hpp>

#include "engine/base/check.h"
#include "engine/base/json_text.h"
#include "engine/wire/base64.h"

namespace playback::wire {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::size_t length_in_2 = 126;  // the length stands in 2 bytes behind the head
constexpr std::size_t length_in_8 = 127;
constexpr std::size_t short_length_max = 125;
constexpr std::size_t length_in_2_max = 0xffff;
constexpr std::size_t mask_bytes = 4;
constexpr std::size_t close_code_bytes = 2;

using Mask = std::array<char, mask_bytes>;

std::uint8_t byte_at(std::span<const char> bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

std::uint64_t number_at(std::span<const char> bytes, std::size_t at, std::size_t width) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < width; ++i) number = number << 8 | byte_at(bytes, at + i);
    return number;
}

void append_number(std::string& out, std::uint64_t number, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xff);
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

bool is_control(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode) >= 8;
}

bool may_be_sent(std::uint16_t code) {
    if (code >= 3000 && code < 5000) return true;  // libraries' and applications' own
    return code >= 1000 && code < 1016 && code != 1004 && code != 1005 && code != 1006 &&
           code != 1015;
}

// Masks or unmasks: the same operation. Eight bytes at a time, as memory holds them.
void apply_mask(std::span<char> bytes, const Mask& mask) {
    std::array<char, 2 * mask_bytes> twice{};
    for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = mask[i % mask_bytes];
    std::uint64_t wide_mask = 0;
    std::memcpy(&wide_mask, twice.data(), sizeof wide_mask);

    std::size_t at = 0;
    for (; bytes.size() - at >= sizeof wide_mask; at += sizeof wide_mask) {
        std::uint64_t wide = 0;
        std::memcpy(&wide, &bytes[at], sizeof wide);
        wide ^= wide_mask;
        std::memcpy(&bytes[at], &wide, sizeof wide);
    }
    for (; at < bytes.size(); ++at)
        bytes[at] = static_cast<char>(bytes[at] ^ mask[at % mask_bytes]);
}

void append_head(std::string& out, Opcode opcode, std::size_t length, std::uint8_t mask_flag) {
    CHECK(opcode != Opcode::continuation);
    CHECK(!is_control(opcode) || length <= short_length_max);
    out += static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode));
    if (length <= short_length_max) {
        out += static_cast<char>(mask_flag | length);
    } else if (length <= length_in_2_max) {
        out += static_cast<char>(mask_flag | length_in_2);
        append_number(out, length, 2);
    } else {
        out += static_cast<char>(mask_flag | length_in_8);
        append_number(out, length, 8);
    }
}

}  // namespace

struct WebSocketParser::Frame {
    Opcode opcode = Opcode::text;
    bool final = false;
    std::size_t head_bytes = 0;
    std::size_t length = 0;
    Mask mask{};
};

WebSocketParser::WebSocketParser(WebSocketEnd end, const WebSocketLimits& limits)
    : limits_(limits), end_(end) {
}

WebSocketParser::Status WebSocketParser::fail(std::uint16_t code, std::string_view error) {
    failed_ = true;
    close_code_ = code;
    error_ = error;
    return Status::failed;
}

WebSocketParser::Status WebSocketParser::parse(std::span<char> buffer) {
    if (failed_) return Status::failed;
    if (message_taken_) forget_message();
    CHECK(buffer.size() >= at_);
    for (;;) {
        const std::span<char> rest = buffer.subspan(at_);
        Frame frame;
        const Status head = read_head(rest, frame);
        if (head != Status::ready) return head;
        // A frame is unmasked when all of it is there, and then left behind: so never twice.
        if (rest.size() - frame.head_bytes < frame.length) return Status::need_more;
        const std::span<char> payload = rest.subspan(frame.head_bytes, frame.length);
        if (end_ == WebSocketEnd::server) apply_mask(payload, frame.mask);
        at_ += frame.head_bytes + frame.length;

        const std::string_view bytes(payload.data(), payload.size());
        const Status status =
            is_control(frame.opcode) ? take_control(frame, bytes) : take_data(frame, bytes);
        if (status != Status::need_more) return status;
    }
}

// Nothing is remembered of a head that is not whole: it is read again. Each rule looks only at
// bytes before those that it fails to find, so that the pieces in which bytes come decide nothing.
WebSocketParser::Status WebSocketParser::read_head(std::span<const char> bytes, Frame& frame) {
    if (bytes.empty()) return Status::need_more;
    const Status first = read_first_byte(byte_at(bytes, 0), frame);
    if (first != Status::ready) return first;

    if (bytes.size() < 2) return Status::need_more;
    const bool masked = (byte_at(bytes, 1) & mask_bit) != 0;
    if (masked && end_ == WebSocketEnd::client)
        return fail(close_code::protocol_error, "a server must not mask its frames");
    if (!masked && end_ == WebSocketEnd::server)
        return fail(close_code::protocol_error, "a client must mask its frames");

    const Status length = read_length(bytes, frame);
    if (length != Status::ready) return length;

    if (!masked) return Status::ready;
    if (bytes.size() - frame.head_bytes < mask_bytes) return Status::need_more;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(frame.head_bytes),
                mask_bytes,
                frame.mask.begin());
    frame.head_bytes += mask_bytes;
    return Status::ready;
}

WebSocketParser::Status WebSocketParser::read_first_byte(std::uint8_t byte, Frame& frame) {
    if ((byte & reserved_bits) != 0)
        return fail(close_code::protocol_error,
                    "a reserved bit is set, but no extension is in use");
    const auto opcode = static_cast<std::uint8_t>(byte & opcode_bits);
    if (!is_known(opcode)) return fail(close_code::protocol_error, "the opcode is reserved");
    frame.opcode = static_cast<Opcode>(opcode);
    frame.final = (byte & final_bit) != 0;

    if (is_control(frame.opcode)) {
        if (frame.final) return Status::ready;
        return fail(close_code::protocol_error, "a control frame must not be fragmented");
    }
    const bool continues = frame.opcode == Opcode::continuation;
    if (continues && fragments_ == 0)
        return fail(close_code::protocol_error, "there is no message to continue");
    if (!continues && fragments_ > 0)
        return fail(close_code::protocol_error, "the message before has not ended");
    if (fragments_ == limits_.fragments_max)
        return fail(close_code::policy_violation, "the message has too many fragments");
    return Status::ready;
}

WebSocketParser::Status WebSocketParser::read_length(std::span<const char> bytes, Frame& frame) {
    frame.head_bytes = 2;
    std::uint64_t length = byte_at(bytes, 1) & length_bits;
    if (is_control(frame.opcode)) {
        if (length > short_length_max)
            return fail(close_code::protocol_error, "a control frame must not exceed 125 bytes");
    } else if (length > short_length_max) {
        const std::size_t width = length == length_in_2 ? 2 : 8;
        if (bytes.size() - frame.head_bytes < width) return Status::need_more;
        length = number_at(bytes, frame.head_bytes, width);
        frame.head_bytes += width;
        if (length >> 63 != 0)
            return fail(close_code::protocol_error, "the highest bit of a length must be 0");
        if (length <= (width == 2 ? short_length_max : length_in_2_max))
            return fail(close_code::protocol_error, "a length must be as short as it can be");
    }
    if (!is_control(frame.opcode) && length > limits_.message_bytes_max - message_.size())
        return fail(close_code::too_big, "the message is too long");
    frame.length = length;
    return Status::ready;
}

WebSocketParser::Status WebSocketParser::take_control(const Frame& frame,
                                                      std::string_view payload) {
    std::uint16_t code = close_code::none_received;
    if (frame.opcode == Opcode::close && !payload.empty()) {
        if (payload.size() < close_code_bytes)
            return fail(close_code::protocol_error, "a close code has 2 bytes");
        code = static_cast<std::uint16_t>(number_at(payload, 0, close_code_bytes));
        if (!may_be_sent(code))
            return fail(close_code::protocol_error, "this close code must not be sent");
        payload.remove_prefix(close_code_bytes);
        if (!is_utf8(payload))
            return fail(close_code::invalid_payload, "the reason of a close must be UTF-8");
    }
    return give({.payload = payload, .opcode = frame.opcode, .close_code = code});
}

// need_more: the message goes on. A message of one frame stays where it stands.
WebSocketParser::Status WebSocketParser::take_data(const Frame& frame, std::string_view payload) {
    if (fragments_ == 0) opcode_ = frame.opcode;
    if (fragments_ > 0 || !frame.final) {
        message_.append(payload);
        ++fragments_;
        if (!frame.final) return Status::need_more;
        payload = message_;
        message_taken_ = true;
    }
    if (opcode_ == Opcode::text && !is_utf8(payload))
        return fail(close_code::invalid_payload, "a text message must be UTF-8");
    return give({.payload = payload, .opcode = opcode_});
}

WebSocketParser::Status WebSocketParser::give(const Event& event) {
    event_ = event;
    event_.consumed = at_;
    at_ = 0;
    return Status::ready;
}

// Most connections never send fragments: the memory of a message is not kept for another.
void WebSocketParser::forget_message() {
    message_.clear();
    message_.shrink_to_fit();
    fragments_ = 0;
    message_taken_ = false;
}

WebSocketParser::Unfinished WebSocketParser::unfinished() const {
    Unfinished result;
    result.parsed = at_;
    if (message_taken_) return result;
    result.opcode = opcode_;
    result.fragments = fragments_;
    result.message = message_;
    return result;
}

void WebSocketParser::go_on(Unfinished message) {
    CHECK(at_ == 0 && fragments_ == 0);
    opcode_ = message.opcode;
    fragments_ = message.fragments;
    message_ = std::move(message.message);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_head(out, opcode, payload.size(), 0);
    out.append(payload);
}

void append_masked_frame(std::string& out,
                         Opcode opcode,
                         std::string_view payload,
                         std::uint32_t mask) {
    append_head(out, opcode, payload.size(), mask_bit);
    append_number(out, mask, mask_bytes);
    Mask bytes{};
    std::copy_n(out.end() - mask_bytes, mask_bytes, bytes.begin());
    out.append(payload);
    apply_mask(std::span(out).last(payload.size()), bytes);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    if (code == close_code::none_received) return {};
    CHECK(may_be_sent(code));
    std::size_t kept = 0;
    while (kept < reason.size()) {
        const std::size_t length = utf8_sequence(reason, kept);
        if (length == 0 || close_code_bytes + kept + length > short_length_max) break;
        kept += length;
    }
    std::string payload;
    append_number(payload, code, close_code_bytes);
    payload.append(reason.substr(0, kept));
    return payload;
}

bool is_websocket_key(std::string_view key) {
    const Result<std::string> nonce = base64_decode(key);
    return nonce.has_value() && nonce->size() == 16;
}

// SHA-1 is what the handshake demands; it guards nothing. Boost's is all in its header: the driver
// of the simulation links no library of C++ or cryptography (tests/imports/libraries.txt).
std::string websocket_accept(std::string_view key) {
    constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
    boost::uuids::detail::sha1 hash;
    hash.process_bytes(key.data(), key.size());
    hash.process_bytes(guid.data(), guid.size());
    boost::uuids::detail::sha1::digest_type words{};
    hash.get_digest(words);
    std::string digest;
    for (const unsigned int word : words) append_number(digest, word, sizeof word);
    return base64_encode(digest);
}

}  // namespace playback::wire
