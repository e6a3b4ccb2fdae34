// Trace: the running hash of a run, so that "the same" is a number (DESIGN section 5).
//
// Every part of the simulator records what it decides and what it delivers, with the content of
// bytes and never only their sizes. XXH3 is chained over a small buffer of the recorded words. A
// ladder of checkpoints (every 2^k events, thinned as the run grows) lets two runs that differ be
// bisected to the first window that differs; a recorder then shows its events, each with its cause:
// a step of the world or an operation of a core, by whose hand it was scheduled or happened. Causes
// and recording change no hash. Invariant: nothing that differs between processes (addresses, real
// time) comes in here.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace playback::sim {

enum class TraceKind : std::uint8_t {
    step,      // the world ran an event
    schedule,  // a core picked an operation
    timer,     // a timer fired
    deliver,   // bytes arrived
    network,   // connects, closes, resets
    draw,      // a random draw that decided something
    crossing,  // work went from core to core
    offload,   // work off the loop
    disk,      // a disk operation
    process,   // boot, kill, pause, power loss
    container,
    fault,  // a fault began or ended
    op,     // an operation of the plan began or ended
    note,   // anything a scenario adds
    // Only shown, never hashed: it decides nothing until it happens.
    planned,  // an event was put on the time line, to happen at `b` (ns)
    posted,   // the `b`th operation of a core was queued there
    batch,    // a logical batch of a store began or ended
    picked,   // the `a`th operation of a core is the one that it picks next
    send,     // bytes left, from offset `b` of their stream on
};

// Does an event of this kind count for the hash, and have an index of its own?
constexpr bool is_hashed(TraceKind kind) {
    return kind < TraceKind::planned;
}

std::string_view name_of(TraceKind kind);

struct TraceEvent {
    std::uint64_t index = 0;
    std::uint64_t cause = 0;  // the index + 1 of the event that led to it; 0: none did
    Instant at;
    TraceKind kind = TraceKind::note;
    std::uint64_t subject = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::string_view bytes;
};

// One line for people: "#17 0.001200000 deliver 3 a=0 b=12 \"GET / HTTP..\"".
std::string to_text(const TraceEvent& event);

class Trace {
public:
    struct Checkpoint {
        std::uint64_t events = 0;
        std::uint64_t hash = 0;
        friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
    };

    // Checkpoints kept at most; then every second one goes and the distance doubles.
    static constexpr std::size_t checkpoints_max = 1024;

    void set_now(Instant now) { now_ = now; }

    // `subject` says who (node, connection, disk), `a` and `b` what; `bytes` is content.
    void record(TraceKind kind,
                std::uint64_t subject,
                std::uint64_t a = 0,
                std::uint64_t b = 0,
                std::string_view bytes = {}) {
        std::uint64_t* const words = words_.data() + used_;
        words[0] = static_cast<std::uint64_t>(kind) << 56 ^ subject;
        words[1] = static_cast<std::uint64_t>(now_.ns);
        words[2] = a;
        words[3] = b;
        used_ += 4;
        if (!bytes.empty()) add_content(bytes);
        if (recorder_) [[unlikely]]
            recorder_({events_, cause_, now_, kind, subject, a, b, bytes});
        ++events_;
        if (used_ > words_max - words_of_event) fold();
        if (events_ == next_checkpoint_) checkpoint();
    }

    // The same for an event that begins something (a step, an operation) which `cause` had
    // scheduled: what is recorded or scheduled from now on has this event for its cause.
    void begin(std::uint64_t cause,
               TraceKind kind,
               std::uint64_t subject,
               std::uint64_t a = 0,
               std::uint64_t b = 0) {
        cause_ = cause;
        record(kind, subject, a, b);
        cause_ = events_;
    }

    // Shows the recorder something that is no part of the hash; its index is that of the next event
    // that is.
    void show(TraceKind kind,
              std::uint64_t subject,
              std::uint64_t a,
              std::uint64_t b,
              std::string_view bytes = {}) {
        if (recorder_) [[unlikely]]
            recorder_({events_, cause_, now_, kind, subject, a, b, bytes});
    }
    [[nodiscard]] bool has_recorder() const { return static_cast<bool>(recorder_); }

    // What comes now is caused from outside of the run.
    void end() { cause_ = 0; }

    // What is scheduled now has this cause: the index + 1 of what began last; 0: nothing has.
    [[nodiscard]] std::uint64_t cause() const { return cause_; }

    // The hash of everything recorded so far.
    [[nodiscard]] std::uint64_t hash() const;
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] const std::vector<Checkpoint>& checkpoints() const { return checkpoints_; }

    // Gets every later event; an empty one switches recording off.
    void set_recorder(std::function<void(const TraceEvent&)> recorder) {
        recorder_ = std::move(recorder);
    }

private:
    static constexpr std::size_t words_of_event = 6;
    static constexpr std::size_t words_max = 512;

    void add_content(std::string_view bytes);
    void fold();
    void checkpoint();

    // Hashed when there is no room for one more event.
    std::array<std::uint64_t, words_max> words_;
    std::size_t used_ = 0;
    std::uint64_t folded_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t cause_ = 0;
    Instant now_;
    std::uint64_t stride_ = 1024;
    std::uint64_t next_checkpoint_ = 1024;
    std::vector<Checkpoint> checkpoints_;
    std::function<void(const TraceEvent&)> recorder_;
};

// The number of events up to which two runs agree for certain: the last common checkpoint.
std::uint64_t agree_until(const std::vector<Trace::Checkpoint>& a,
                          const std::vector<Trace::Checkpoint>& b);

}  // namespace playback::sim
