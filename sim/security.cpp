#include "sim/security.h"

#include <array>
#include <cstddef>
#include <utility>

#include "engine/base/hash.h"

namespace playback::sim {
namespace {

std::string hex(std::uint64_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = digits[value & 15];
    return text;
}

std::string salted(std::string_view salt, std::string_view password) {
    const std::uint64_t first = hash_bytes(password, hash_bytes(salt));
    return "sim$" + std::string(salt) + "$" + hex(first) + hex(hash_mix(first, password.size()));
}

std::string signature_of(std::string_view input, std::uint64_t key) {
    std::string signature;
    std::uint64_t word = hash_bytes(input, key);
    for (int i = 0; i < 8; ++i) {
        for (int shift = 0; shift < 64; shift += 8)
            signature.push_back(static_cast<char>(word >> shift & 0xff));
        word = hash_mix(word, key);
    }
    return signature;
}

bool can_be_hashed(std::string_view password) {
    return password.size() <= 72 && password.find('\0') == std::string_view::npos;
}

const char* const busy = "too much work waits";

}  // namespace

io::Task<Result<std::string>> SimPasswordHasher::hash(std::string password) {
    if (!can_be_hashed(password))
        co_return Error{Errc::invalid_argument, "password must be at most 72 bytes without NUL"};
    std::array<char, 8> bytes{};
    entropy_.fill(bytes);
    const std::string salt = hex(hash_bytes({bytes.data(), bytes.size()}));
    std::string result;
    std::move_only_function<void()> work = [&result, &salt, &password] {
        result = salted(salt, password);
    };
    const bool ran = co_await offload_.run(std::move(work), cost);
    if (!ran) co_return Error{Errc::unavailable, busy};
    co_return result;
}

io::Task<Result<bool>> SimPasswordHasher::verify(std::string password, std::string hash) {
    if (!can_be_hashed(password))
        co_return Error{Errc::invalid_argument, "password must be at most 72 bytes without NUL"};
    bool same = false;
    std::move_only_function<void()> work = [&same, &password, &hash] {
        const std::size_t end = hash.find('$', 4);
        if (!hash.starts_with("sim$") || end == std::string::npos) return;
        same = salted(std::string_view(hash).substr(4, end - 4), password) == hash;
    };
    const bool ran = co_await offload_.run(std::move(work), cost);
    if (!ran) co_return Error{Errc::unavailable, busy};
    co_return same;
}

io::Task<Result<std::string>> SimTokenSigner::sign(std::string input) {
    std::string result;
    std::move_only_function<void()> work = [&result, &input, this] {
        result = signature_of(input, key_);
    };
    const bool ran = co_await offload_.run(std::move(work), sign_cost);
    if (!ran) co_return Error{Errc::unavailable, busy};
    co_return result;
}

io::Task<Result<bool>> SimTokenSigner::verify(std::string input, std::string signature) {
    bool same = false;
    std::move_only_function<void()> work = [&same, &input, &signature, this] {
        same = signature_of(input, key_) == signature;
    };
    const bool ran = co_await offload_.run(std::move(work), verify_cost);
    if (!ran) co_return Error{Errc::unavailable, busy};
    co_return same;
}

std::string SimTokenSigner::code(std::string_view input) {
    constexpr std::size_t code_bytes = 32;
    return signature_of(input, hash_mix(key_, 2)).substr(0, code_bytes);
}

std::string SimTokenSigner::key_id() const {
    return hex(hash_mix(key_, 1));
}

std::string SimTokenSigner::certificate() const {
    return "simulated certificate of " + key_id();
}

}  // namespace playback::sim
