// Cores: the only crossing between the cores of a node. Values are moved; nothing is shared.
#pragma once

#include <cstddef>
#include <functional>

namespace playback::io {

class Cores {
public:
    virtual ~Cores() = default;

    [[nodiscard]] virtual std::size_t count() const = 0;
    [[nodiscard]] virtual std::size_t current() const = 0;

    // Runs `work` on `core`, FIFO per pair of cores. What it holds is moved there; it must refer to
    // nothing of the sending core.
    virtual void send(std::size_t core, std::move_only_function<void()> work) = 0;
};

}  // namespace playback::io
