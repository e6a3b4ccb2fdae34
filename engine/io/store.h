// Store: where a node keeps rows. One batch is one durable step.
//
// Keys are bytes, ordered; every key of a slot starts with the slot's number in two big-endian
// bytes, so a slot is a range. A batch is atomic per section; each section is fenced by the epoch
// of its slot: if another owner acquired the slot since, that section fails with `fenced` and the
// other sections go on (DESIGN section 3, Commit and answers).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/result.h"
#include "engine/io/task.h"

namespace playback::io {

using Epoch = std::uint64_t;

// What survives what. `full`: a power loss (fsync before the answer). `process`: a crash of the
// process, not of the machine. `memory`: nothing.
enum class Durability : std::uint8_t { full, process, memory };

struct Row {
    std::string key;
    std::string value;
    // In a batch: no batch before has named this key. If it is erased while it is young, the store
    // need not look for it.
    bool is_new = false;
    friend bool operator==(const Row&, const Row&) = default;
};

struct BatchSection {
    SlotNumber slot = 0;
    Epoch epoch = 0;
    std::vector<Row> puts;            // a key at most once over puts and erases
    std::vector<std::string> erases;  // absent keys are fine
};

struct Batch {
    std::vector<BatchSection> sections;  // a slot at most once
};

class Store {
public:
    virtual ~Store() = default;

    // Takes the slot: returns a new epoch, larger than all before, durable when it returns. Commits
    // under older epochs are fenced from now on.
    virtual Task<Result<Epoch>> acquire(SlotNumber slot) = 0;

    // One outcome per section, in order, all decided by one durable write; or an error for the
    // whole batch: `unknown_outcome` (it may be durable), `full` (disk full; nothing written). A
    // failed fsync is never retried: it is reported as `io_failed` and the store refuses everything
    // after. Every call fails with `unavailable` when too many wait already; nothing happened then.
    virtual Task<Result<std::vector<Result<void>>>> commit(Batch batch) = 0;

    // Rows with from <= key < to, in key order, at most `limit`. Sees every commit that returned.
    virtual Task<Result<std::vector<Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) = 0;
};

}  // namespace playback::io
