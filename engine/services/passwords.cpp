#include "engine/services/passwords.h"

#include <array>

#include "engine/wire/base64.h"

namespace playback::services {

std::string make_password(io::Entropy& entropy) {
    constexpr std::size_t password_bytes = 24;
    std::array<char, password_bytes> bytes{};
    entropy.fill(bytes);
    return wire::base64_encode({bytes.data(), bytes.size()});
}

}  // namespace playback::services
