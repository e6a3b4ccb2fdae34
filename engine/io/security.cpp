#include "engine/io/security.h"

#include <array>
#include <cstring>

namespace playback::io {

Random Entropy::generator() {
    std::array<char, 8> bytes{};
    fill(bytes);
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), bytes.size());
    return Random(seed);
}

}  // namespace playback::io
