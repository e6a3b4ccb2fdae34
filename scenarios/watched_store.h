// WatchedStore: a store that tells the trace's recorder of each batch; for reports. Not hashed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/io/store.h"
#include "engine/io/task.h"

namespace playback::sim {
class SimNode;
}

namespace playback::scenarios {

class WatchedStore final : public io::Store {
public:
    // Both must outlive it.
    WatchedStore(sim::SimNode& node, io::Store& store) : node_(node), store_(store) {}

    io::Task<Result<io::Epoch>> acquire(SlotNumber slot) override;
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch batch) override;
    io::Task<Result<std::vector<io::Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) override;

private:
    sim::SimNode& node_;
    io::Store& store_;
    std::uint64_t last_ = 0;
};

}  // namespace playback::scenarios
