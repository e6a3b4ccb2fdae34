#include "adapters/openssl/message_code.h"

#include <array>
#include <cstddef>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

constexpr std::size_t code_bytes = 32;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void MessageCode::Freer::operator()(EVP_MAC_CTX* context) const {
    EVP_MAC_CTX_free(context);
}

// What may fail here is memory alone.
MessageCode::MessageCode(std::string_view secret) {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    keyed_.reset(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    std::array<char, 7> digest{"SHA256"};
    const std::array parameters = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    const int is_keyed =
        EVP_MAC_init(keyed_.get(), bytes_of(secret), secret.size(), parameters.data());
    CHECK(is_keyed == 1);
}

std::string MessageCode::of(std::string_view input) const {
    std::string code(code_bytes, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(code.data());
    std::size_t size = 0;
    // Begins anew with the same secret: half of what a copy of the context costs.
    const bool is_made = EVP_MAC_init(keyed_.get(), nullptr, 0, nullptr) == 1 &&
                         EVP_MAC_update(keyed_.get(), bytes_of(input), input.size()) == 1 &&
                         EVP_MAC_final(keyed_.get(), to, &size, code.size()) == 1;
    CHECK(is_made && size == code_bytes);
    return code;
}

}  // namespace playback::adapters
