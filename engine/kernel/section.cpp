#include "engine/kernel/section.h"

#include <algorithm>
#include <tuple>

namespace playback::kernel {

void Section::put(io::Row row) {
    bytes_ += row.key.size() + row.value.size();
    writes_.push_back({std::move(row), true, 0});
}

void Section::erase(std::string key) {
    bytes_ += key.size();
    writes_.push_back({{std::move(key), {}}, false, 0});
}

io::BatchSection Section::seal(SlotNumber slot, io::Epoch epoch) {
    io::BatchSection section{slot, epoch, {}, {}};
    for (std::size_t i = 0; i < writes_.size(); ++i) writes_[i].order = i;
    std::sort(writes_.begin(), writes_.end(), [](const Write& a, const Write& b) {
        return std::tie(a.row.key, a.order) < std::tie(b.row.key, b.order);
    });
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        Write& write = writes_[i];
        if (i + 1 < writes_.size() && writes_[i + 1].row.key == write.row.key) {
            writes_[i + 1].row.is_new |= write.row.is_new;  // replaced
            continue;
        }
        if (write.is_put)
            section.puts.push_back(std::move(write.row));
        else
            section.erases.push_back(std::move(write.row.key));
    }
    clear();
    return section;
}

void Section::clear() {
    writes_.clear();
    bytes_ = 0;
}

}  // namespace playback::kernel
