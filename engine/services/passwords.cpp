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

bool same_secret(std::string_view given, std::string_view secret) {
    volatile unsigned int difference = given.size() == secret.size() ? 0U : 1U;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
        difference =
            difference | static_cast<unsigned int>(static_cast<unsigned char>(given[i] ^ expected));
    }
    return difference == 0;
}

}  // namespace playback::services
