// Entropy, password hashes and token signatures: what needs secrets or much CPU.
//
// The simulator has cheap deterministic doubles with the virtual cost of the real ones; contract
// tests run on both. Secrets never reach logs or plans.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/io/task.h"

namespace playback::io {

// Unpredictable bytes (the operating system's; a named stream in the simulator).
class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<char> out) = 0;

    // A generator for chance without secrets (jitter, sampling), seeded from here.
    Random generator();
};

// bcrypt ($2b$), off the loop.
class PasswordHasher {
public:
    virtual ~PasswordHasher() = default;
    // Fails with invalid_argument if the password cannot be hashed (over 72 bytes, a NUL byte),
    // with `unavailable` if too many wait.
    virtual Task<Result<std::string>> hash(std::string password) = 0;
    virtual Task<Result<bool>> verify(std::string password, std::string hash) = 0;
};

// One key pair, and a secret that follows from it.
class TokenSigner {
public:
    virtual ~TokenSigner() = default;
    // RS256: RSA-SHA256 over bytes, off the loop.
    virtual Task<Result<std::string>> sign(std::string input) = 0;  // the raw signature
    virtual Task<Result<bool>> verify(std::string input, std::string signature) = 0;
    // HS256: HMAC-SHA256 under the secret, at once. Whoever has the same key pair gets the same
    // code, and nobody else can: it is for tokens that nobody else verifies.
    virtual std::string code(std::string_view input) = 0;
    // Names the key pair in tokens and logs ("kid"): a hash of the public key.
    [[nodiscard]] virtual std::string key_id() const = 0;
    // The certificate of the public key, DER: for those who trust a certificate and find the key in
    // the token itself ("x5c"), as image registries do. The same as long as the key is.
    [[nodiscard]] virtual std::string certificate() const = 0;
};

}  // namespace playback::io
