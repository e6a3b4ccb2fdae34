// HttpEar: hears one direction of a connection and says where its HTTP messages begin and end.
//
// For people only: it believes everything and never fails. What does not look like HTTP is a
// message per write. Offsets count from the start of the stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace playback::sim {

struct HeardMessage {
    std::uint64_t begin = 0;  // offsets in the stream
    std::uint64_t end = 0;
    Instant from;             // when its first byte left
    std::string line;         // "POST /x" or "200 OK"; empty: not HTTP
    std::string body;         // its beginning
    std::uint64_t bytes = 0;  // of the body
    bool is_request = false;
    bool is_complete = true;
};

class HttpEar {
public:
    static constexpr std::size_t head_max = 32 * 1024;
    static constexpr std::size_t body_kept_max = 64 * 1024;

    // More bytes left at `now`. Returns the messages that are whole with them.
    std::vector<HeardMessage> hear(std::string_view bytes, Instant now);
    // What has begun and will not be finished; nothing if there is none.
    std::vector<HeardMessage> hang_up();

private:
    enum class Part : std::uint8_t { start, head, body, chunk_size, chunk, trailer, until_close };

    std::size_t take(std::string_view bytes, std::vector<HeardMessage>& whole);
    std::size_t take_head(std::string_view bytes, std::vector<HeardMessage>& whole);
    std::size_t take_chunk_size(std::string_view bytes);
    std::size_t take_trailer(std::string_view bytes, std::vector<HeardMessage>& whole);
    void understand_head();
    void keep(std::string_view body);
    void finish(std::vector<HeardMessage>& whole);

    Part part_ = Part::start;
    std::uint64_t offset_ = 0;
    std::string head_;
    std::string line_;  // of a chunk size or trailer
    std::uint64_t left_ = 0;
    HeardMessage message_;
};

}  // namespace playback::sim
