#include "tools/bench_macro/socket_frames.h"

#include <cstdint>

namespace playback::bench {
namespace {

constexpr std::uint32_t mask = 0x1f2e3d4c;

std::uint64_t number_in(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::optional<ServerFrame> server_frame(std::string_view bytes) {
    constexpr std::uint64_t length_in_two = 126;
    if (bytes.size() < 2) return std::nullopt;
    std::uint64_t size = static_cast<unsigned char>(bytes[1]) & 0x7f;
    std::size_t head = 2;
    if (size >= length_in_two) {
        head += size == length_in_two ? 2 : 8;
        if (bytes.size() < head) return std::nullopt;
        size = number_in(bytes.substr(2, head - 2));
    }
    if (bytes.size() - head < size) return std::nullopt;
    ServerFrame frame;
    frame.opcode = static_cast<wire::Opcode>(bytes[0] & 0x0f);
    frame.payload = bytes.substr(head, size);
    frame.bytes = head + size;
    return frame;
}

std::string client_frame(wire::Opcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_masked_frame(frame, opcode, payload, mask);
    return frame;
}

}  // namespace playback::bench
