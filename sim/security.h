// SimEntropy, SimPasswordHasher, SimTokenSigner: cheap deterministic doubles of what needs secrets.
//
// They cost the virtual time of the real ones and nearly no real time. They protect nothing: the
// hash is a salted XXH3, the signature a keyed one; whoever does not know the key still cannot
// guess a signature by accident, which is what forged-token tests need.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/io/offload.h"
#include "engine/io/security.h"

namespace playback::sim {

class SimEntropy final : public io::Entropy {
public:
    explicit SimEntropy(Random random) : random_(random) {}
    void fill(std::span<char> out) override { random_.fill(out); }

private:
    Random random_;
};

class SimPasswordHasher final : public io::PasswordHasher {
public:
    static constexpr Duration cost = milliseconds(50);

    SimPasswordHasher(io::Offload& offload, io::Entropy& entropy)
        : offload_(offload), entropy_(entropy) {}
    io::Task<Result<std::string>> hash(std::string password) override;
    io::Task<Result<bool>> verify(std::string password, std::string hash) override;

private:
    io::Offload& offload_;
    io::Entropy& entropy_;
};

class SimTokenSigner final : public io::TokenSigner {
public:
    static constexpr Duration sign_cost = milliseconds(1);
    static constexpr Duration verify_cost = microseconds(20);

    // Two signers with the same key trust each other.
    SimTokenSigner(io::Offload& offload, std::uint64_t key) : offload_(offload), key_(key) {}
    io::Task<Result<std::string>> sign(std::string input) override;
    io::Task<Result<bool>> verify(std::string input, std::string signature) override;
    std::string code(std::string_view input) override;
    [[nodiscard]] std::string key_id() const override;
    [[nodiscard]] std::string certificate() const override;

private:
    io::Offload& offload_;
    std::uint64_t key_;
};

}  // namespace playback::sim
