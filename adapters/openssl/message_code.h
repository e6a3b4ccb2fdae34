// MessageCode: HMAC-SHA256 under one secret, by OpenSSL: the HS256 of RFC 7518.
//
// The secret stays inside of OpenSSL's context, which cleanses it; callers cleanse their own copy.
// One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace playback::adapters {

class MessageCode {
public:
    explicit MessageCode(std::string_view secret);

    // 32 bytes.
    [[nodiscard]] std::string of(std::string_view input) const;

private:
    struct Freer {
        void operator()(EVP_MAC_CTX* context) const;
    };
    using Context = std::unique_ptr<EVP_MAC_CTX, Freer>;

    Context keyed_;  // has taken the secret, and begins anew with each message
};

}  // namespace playback::adapters
