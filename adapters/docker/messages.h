// The words of the Docker Engine API 1.41: values to JSON and back. No I/O here.
//
// Whatever the daemon sends is taken for possible: a missing or mistyped field reads as its
// default, only what is no JSON at all fails (corrupt). Sizes are bounded by the caller.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/io/container_host.h"

namespace playback::adapters::docker {

// --- requests ---

// The body of POST /containers/create (omgservers.md section 7.2: limits, log driver, no restarts).
std::string create_body(const io::ContainerSpec& spec);

// The value of X-Registry-Auth: the daemon shows the registry this bearer token.
std::string registry_auth(std::string_view token);

// Percent-encodes everything but unreserved characters: for a query value or a path segment.
std::string escape(std::string_view text);

// The query value of `filters` that selects the label name=value.
std::string label_filter(std::string_view label, std::string_view value);
// The query value of `filters` for the events that change what a listing shows.
std::string event_filter();

// "registry:5000/ns/name:tag" in two; the tag is "latest" if there is none, empty for a digest.
struct ImageName {
    std::string name;
    std::string tag;
    friend bool operator==(const ImageName&, const ImageName&) = default;
};
ImageName split_image(std::string_view image);

// --- answers ---

// The daemon's own words in an error answer ({"message": ...}); the bytes themselves if it is none.
std::string message_of(std::string_view body);

struct Inspection {
    std::string image;  // as it was asked for
    io::ContainerStatus status;
};
Result<Inspection> parse_inspection(std::string_view body);

// A listing says no exit codes: what has exited is to be inspected.
Result<std::vector<io::ContainerStatus>> parse_list(std::string_view body);

// --- streams ---

// Cuts a stream of JSON objects, one on each line, into its lines.
class Lines {
public:
    static constexpr std::size_t line_bytes_max = 65'536;

    // The lines that are whole now. Fails with corrupt if one has no end.
    Result<std::vector<std::string>> take(std::string_view bytes);

private:
    std::string line_;
};

// Reads the progress of a pull, where an error comes inside the stream.
class PullProgress {
public:
    // Fails with not_found or io_failed when the stream tells of a failure, or with corrupt.
    Result<void> take(std::string_view bytes);

private:
    Lines lines_;
};

struct Event {
    std::string action;     // "start", "die", ...
    std::string container;  // its id
};
Event parse_event(std::string_view line);

// Takes the log stream apart (eight bytes of header before each piece of stdout or stderr) and
// keeps its last bytes.
class LogTail {
public:
    explicit LogTail(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    void take(std::string_view bytes);
    [[nodiscard]] std::string text() &&;

private:
    static constexpr std::size_t header_size = 8;

    void keep(std::string_view piece);

    std::size_t bytes_max_;
    std::string header_;          // as much of the next header as has come
    std::size_t piece_left_ = 0;  // bytes of the current piece still to come
    std::string tail_;            // at most twice bytes_max_
};

// "no such image", "manifest unknown": does the daemon mean that the image exists nowhere?
bool says_not_found(std::string_view message);

}  // namespace playback::adapters::docker
