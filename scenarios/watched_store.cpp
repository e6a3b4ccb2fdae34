#include "scenarios/watched_store.h"

#include <algorithm>

#include "sim/node.h"
#include "sim/trace.h"
#include "sim/world.h"

namespace playback::scenarios {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string text_of(const io::Batch& batch) {
    std::size_t puts = 0;
    std::size_t erases = 0;
    for (const io::BatchSection& section : batch.sections) {
        puts += section.puts.size();
        erases += section.erases.size();
    }
    std::string text = "commit of " + counted(batch.sections.size(), "slot", "slots") + ": " +
                       counted(puts, "row put", "rows put");
    if (erases > 0) text += ", " + std::to_string(erases) + " erased";
    return text;
}

// What became of it; empty if all of it is durable.
std::string complaint_of(const Result<std::vector<Result<void>>>& outcome) {
    if (!outcome) return outcome.error().detail;
    for (const Result<void>& section : *outcome)
        if (!section) return section.error().detail;
    return {};
}

}  // namespace

io::Task<Result<io::Epoch>> WatchedStore::acquire(SlotNumber slot) {
    return store_.acquire(slot);
}

io::Task<Result<std::vector<Result<void>>>> WatchedStore::commit(io::Batch batch) {
    sim::Trace& trace = node_.world().trace();
    const std::uint64_t number = node_.incarnations() << 32 | ++last_;
    trace.show(sim::TraceKind::batch, node_.id(), number, 0, text_of(batch));
    Result<std::vector<Result<void>>> outcome = co_await store_.commit(std::move(batch));
    const std::string complaint = complaint_of(outcome);
    trace.show(sim::TraceKind::batch, node_.id(), number, complaint.empty() ? 1 : 2, complaint);
    co_return outcome;
}

io::Task<Result<std::vector<io::Row>>> WatchedStore::scan(std::string from,
                                                          std::string to,
                                                          std::size_t limit) {
    return store_.scan(std::move(from), std::move(to), limit);
}

}  // namespace playback::scenarios
