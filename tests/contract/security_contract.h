// The contract of io::PasswordHasher, TokenSigner and Entropy, as checks for every implementation.
#pragma once

#include <span>

#include "engine/io/security.h"

namespace playback::contract {

struct SecurityWorld {
    io::Executor executor;
    io::Entropy& entropy;
    io::PasswordHasher& passwords;
    io::TokenSigner& tokens;
    io::TokenSigner& foreign_tokens;  // with another key
};

struct SecurityCheck {
    const char* name;
    io::Task<void> (*run)(SecurityWorld& world);
};

std::span<const SecurityCheck> security_checks();

}  // namespace playback::contract
