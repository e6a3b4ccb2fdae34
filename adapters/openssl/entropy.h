// SystemEntropy: unpredictable bytes of the kernel, taken in blocks so that an id or a salt costs
// no system call. Bytes that were handed out are wiped. Belongs to one core.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/io/security.h"

namespace playback::adapters {

class SystemEntropy final : public io::Entropy {
public:
    SystemEntropy() = default;
    SystemEntropy(const SystemEntropy&) = delete;
    SystemEntropy& operator=(const SystemEntropy&) = delete;
    ~SystemEntropy() override;

    void fill(std::span<char> out) override;

private:
    std::array<char, 512> block_{};
    std::size_t left_ = 0;  // at the end of block_
};

}  // namespace playback::adapters
