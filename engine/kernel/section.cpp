#include "engine/kernel/section.h"

#include <algorithm>
#include <tuple>

namespace playback::kernel {

void Section::put(std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    writes_.push_back({std::move(key), std::move(value), true, 0});
}

void Section::erase(std::string key) {
    bytes_ += key.size();
    writes_.push_back({std::move(key), {}, false, 0});
}

io::BatchSection Section::seal(SlotNumber slot, io::Epoch epoch) {
    io::BatchSection section{slot, epoch, {}, {}};
    for (std::size_t i = 0; i < writes_.size(); ++i) writes_[i].order = i;
    std::sort(writes_.begin(), writes_.end(), [](const Write& a, const Write& b) {
        return std::tie(a.key, a.order) < std::tie(b.key, b.order);
    });
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        Write& write = writes_[i];
        if (i + 1 < writes_.size() && writes_[i + 1].key == write.key) continue;  // replaced
        if (write.is_put)
            section.puts.push_back({std::move(write.key), std::move(write.value)});
        else
            section.erases.push_back(std::move(write.key));
    }
    clear();
    return section;
}

void Section::clear() {
    writes_.clear();
    bytes_ = 0;
}

}  // namespace playback::kernel
