// Section: what one slot adds to the next batch.
//
// Later writes of a key replace earlier ones. Writes that a reply must wait for are told apart from
// erasures that may come any time soon (effects.h, erase_soon).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/io/store.h"

namespace playback::kernel {

class Section {
public:
    void put(io::Row row);
    void erase(std::string key);

    [[nodiscard]] bool empty() const { return writes_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    // The section for the store, each key once, in key order; this one is empty afterwards.
    io::BatchSection seal(SlotNumber slot, io::Epoch epoch);
    void clear();

private:
    struct Write {
        io::Row row;
        bool is_put;
        std::size_t order;
    };
    std::vector<Write> writes_;
    std::size_t bytes_ = 0;
};

}  // namespace playback::kernel
