#include "tools/driver/difference.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "tools/driver/child.h"
#include "tools/driver/symbols.h"

namespace playback::tools {
namespace {

// What a run says of itself, without its events.
struct Ladder {
    std::vector<sim::Trace::Checkpoint> checkpoints;
    sim::Trace::Checkpoint end;
};

Error not_played(const Side& side, const std::string& why) {
    return {Errc::io_failed, "cannot play " + side.list + " with " + side.command + ": " + why};
}

Result<Ladder> ladder_of(const Side& side) {
    const std::string command = side.command + " ladder --list " + in_quotes(side.list);
    std::istringstream lines(output_of(command));
    Ladder ladder;
    for (std::string word; lines >> word;) {
        sim::Trace::Checkpoint step;
        if (!(lines >> step.events >> step.hash)) break;
        if (word == "end") {
            ladder.end = step;
            return ladder;
        }
        ladder.checkpoints.push_back(step);
    }
    return not_played(side, "no answer");
}

// The records of one side, as they come.
class Stream {
public:
    Stream(const Side& side, std::string ring, std::uint64_t first, std::uint64_t stacks_from)
        : ring_(std::move(ring)),
          child_("exec " + side.command + " record --list " + in_quotes(side.list) + " --first " +
                     std::to_string(first) + " --stacks-from " + std::to_string(stacks_from) +
                     " --ring " + in_quotes(ring_),
                 false) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { std::remove(ring_.c_str()); }

    // A process that dies has an end of its own.
    TraceRecord next() {
        TraceRecord record;
        char* const to = reinterpret_cast<char*>(&record);
        std::size_t size = 0;
        while (size < sizeof(record)) {
            const std::size_t more = child_.read(to + size, sizeof(record) - size);
            if (more == 0) return death();
            size += more;
        }
        ++taken_;
        return record;
    }

    // Stops the process and reads the stack of the record that was taken last.
    std::vector<std::string> stack() {
        child_.kill();
        auto ring = std::make_unique<StackRing>();
        std::ifstream file(ring_, std::ios::binary);
        if (!file.read(reinterpret_cast<char*>(ring.get()), sizeof(StackRing)) || taken_ == 0)
            return {};
        const StackRing::Slot& slot = ring->slots[(taken_ - 1) % StackRing::slots_max];
        if (slot.record != taken_) return {};
        const std::size_t depth = std::min<std::size_t>(slot.depth, slot.frames.size());
        return backtrace_lines(ring->maps.data(), std::span(slot.frames).first(depth));
    }

private:
    TraceRecord death() {
        const std::string text = "its process ended, code " + std::to_string(child_.wait());
        TraceRecord record{.size = text.size(), .kind = TraceRecord::run_ended};
        std::copy_n(text.data(), std::min(text.size(), record.preview.size()), &record.preview[0]);
        return record;
    }

    std::string ring_;
    Child child_;
    std::uint64_t taken_ = 0;
};

std::optional<Difference> compare(const DifferenceOptions& options,
                                  std::uint64_t first,
                                  std::uint64_t stacks_from) {
    Stream a(options.a, options.directory + "/a.stacks", first, stacks_from);
    Stream b(options.b, options.directory + "/b.stacks", first, stacks_from);
    std::vector<TraceRecord> history;
    for (;;) {
        Difference difference;
        difference.a = a.next();
        difference.b = b.next();
        if (difference.a == difference.b) {
            if (difference.a.kind == TraceRecord::run_ended) return std::nullopt;
            if (difference.a.is_hashed()) history.push_back(difference.a);
            continue;
        }
        difference.causes_of_a = causes_of(difference.a, history);
        difference.causes_of_b = causes_of(difference.b, history);
        difference.stack_of_a = a.stack();
        difference.stack_of_b = b.stack();
        return difference;
    }
}

// Compares from the last common checkpoint on, or from the start if chance has moved the place.
std::optional<Difference> compare_again(const DifferenceOptions& options, std::uint64_t agreed) {
    const std::uint64_t first = agreed > options.history ? agreed - options.history : 0;
    std::optional<Difference> found = compare(options, first, agreed);
    if (found && (found->stack_of_a.empty() || found->stack_of_b.empty())) {
        std::optional<Difference> again = compare(options, 0, 0);
        if (again) found = std::move(again);
    }
    if (found) found->agreed = std::min(agreed, std::min(found->a.index, found->b.index));
    return found;
}

}  // namespace

std::vector<TraceRecord> causes_of(const TraceRecord& record,
                                   const std::vector<TraceRecord>& history) {
    std::vector<TraceRecord> causes;
    std::uint64_t cause = record.cause;
    while (cause != 0) {
        // A cause is an index and 1, and the history has no gaps.
        const std::uint64_t index = cause - 1;
        if (history.empty() || index < history.front().index || index > history.back().index) break;
        const TraceRecord& found = history[index - history.front().index];
        causes.push_back(found);
        if (found.cause >= cause) break;
        cause = found.cause;
    }
    return causes;
}

Result<std::optional<Difference>> find_difference(const DifferenceOptions& options) {
    for (std::uint32_t attempt = 0; attempt < options.attempts; ++attempt) {
        TRY(a, ladder_of(options.a));
        TRY(b, ladder_of(options.b));
        if (a.end == b.end) continue;
        const std::uint64_t agreed = sim::agree_until(a.checkpoints, b.checkpoints);
        std::optional<Difference> found = compare_again(options, agreed);
        if (found) return found;
    }
    return std::optional<Difference>();
}

}  // namespace playback::tools
