// MemoryStore: the Store of Durability::memory. Rows live in this object and nowhere else.
//
// Same contract as the SQLite store but for durability: nothing survives the process. Every call
// answers at once, without suspending. Memory is bounded by what the rules above let live.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/io/store.h"

namespace playback::adapters {

class MemoryStore final : public io::Store {
public:
    io::Task<Result<io::Epoch>> acquire(SlotNumber slot) override;
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch batch) override;
    io::Task<Result<std::vector<io::Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) override;

private:
    Result<void> apply(io::BatchSection& section);

    std::map<std::string, std::string, std::less<>> rows_;
    std::map<SlotNumber, io::Epoch> epochs_;
};

}  // namespace playback::adapters
