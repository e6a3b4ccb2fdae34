// Recording: the trace of one run as a stream of records, with the stack of whoever recorded each.
//
// Records go to a pipe; stacks stay behind in a ring in a mapped file, so that whoever reads the
// records can stop the process at the first that is wrong and still see how it came to be. Both
// sides of a comparison run on this machine, so a record is what memory holds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/trace.h"

namespace playback::tools {

struct TraceRecord {
    static constexpr std::uint8_t run_ended =
        255;  // as kind: index events, a hash, preview verdict
    static constexpr std::size_t preview_max = 95;

    std::uint64_t index = 0;
    std::uint64_t cause = 0;  // as in sim::TraceEvent
    std::int64_t at_ns = 0;
    std::uint64_t subject = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t size = 0;     // of the content
    std::uint64_t content = 0;  // its hash
    std::uint8_t kind = 0;
    std::array<char, preview_max> preview{};  // how it begins, then zeros

    friend bool operator==(const TraceRecord&, const TraceRecord&) = default;
    // Is it one of the events that count for the hash?
    [[nodiscard]] bool is_hashed() const;
};
static_assert(sizeof(TraceRecord) == 160, "no padding: records are written as they are");

std::string to_text(const TraceRecord& record);

// The stacks of the last records of one process.
struct StackRing {
    static constexpr std::size_t slots_max = 4096;
    static constexpr std::size_t frames_max = 62;
    static constexpr std::size_t maps_max = std::size_t{128} << 10;

    struct Slot {
        std::uint64_t record = 0;  // its number in the stream, from 1
        std::uint64_t depth = 0;
        std::array<std::uint64_t, frames_max> frames{};
    };

    std::array<char, maps_max> maps{};  // /proc/self/maps, to find the module of an address
    std::array<Slot, slots_max> slots{};
};

struct RecordingOptions {
    int out = 1;                    // where records go
    std::string ring;               // file of the stacks; empty: none
    std::uint64_t first = 0;        // index of the first event that is written
    std::uint64_t stacks_from = 0;  // index of the first with a stack
};

class Recording {
public:
    // Fails with io_failed if the ring cannot be made.
    static Result<Recording> open(const RecordingOptions& options);
    Recording(Recording&& other) noexcept;
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    ~Recording();

    void take(const sim::TraceEvent& event);
    // After the last event of the run.
    void end(std::uint64_t events, std::uint64_t hash, std::string_view fingerprint);

private:
    explicit Recording(const RecordingOptions& options) : options_(options) {}
    void put(const TraceRecord& record);
    void flush();

    static constexpr std::size_t buffered_max = 64;
    RecordingOptions options_;
    StackRing* ring_ = nullptr;
    std::uint64_t written_ = 0;
    std::vector<TraceRecord> buffer_;
};

}  // namespace playback::tools
