#include "adapters/openssl/bcrypt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <utility>

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

constexpr std::size_t password_bytes_max = 72;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes_exactly = 60;

bool can_be_hashed(const std::string& password) {
    return password.size() <= password_bytes_max && password.find('\0') == std::string::npos;
}

Error cannot_be_hashed() {
    return {Errc::invalid_argument, "password must have at most 72 bytes, none of them NUL"};
}

std::int64_t cpu_ns_of_this_thread() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// What one piece of work takes and gives. Shared with the thread: it outlives a caller that is
// destroyed meanwhile.
struct Job {
    std::string password;
    std::string setting;
    std::string result;  // empty: libcrypt refused
    std::uint64_t spent_us = 0;

    ~Job() { OPENSSL_cleanse(password.data(), password.size()); }

    void run() {
        // 32 KiB: pages that are there already, one of these for each thread.
        thread_local const auto data = std::make_unique<crypt_data>();
        const std::int64_t begin = cpu_ns_of_this_thread();
        const char* const hashed = ::crypt_r(password.c_str(), setting.c_str(), data.get());
        spent_us = static_cast<std::uint64_t>(cpu_ns_of_this_thread() - begin + 500) / 1000;
        if (hashed != nullptr && hashed[0] != '*') result = hashed;
        ::explicit_bzero(data.get(), sizeof(crypt_data));  // OPENSSL_cleanse takes 2 us for it
    }
};

// 2^cost rounds of about 50 us: what the simulator lets pass for the real one.
Duration usual_cost(int cost) {
    return microseconds(46) * (std::int64_t{1} << std::clamp(cost, 0, 31));
}

int cost_of(const std::string& setting) {
    const bool known = setting.size() > 6 && setting[0] == '$' && setting[3] == '$';
    return known ? (setting[4] - '0') * 10 + (setting[5] - '0') : 0;
}

bool same(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

BcryptHasher::BcryptHasher(io::Offload& offload,
                           io::Entropy& entropy,
                           io::Metrics& metrics,
                           int cost)
    : offload_(offload),
      entropy_(entropy),
      spent_(metrics.histogram("playback_password_hash_cpu_microseconds",
                               "CPU time of a password's hash")),
      cost_(cost) {
    CHECK(cost >= cost_min && cost <= cost_max);
}

io::Task<Result<std::string>> BcryptHasher::hash(std::string password) {
    if (!can_be_hashed(password)) co_return cannot_be_hashed();
    std::array<char, salt_bytes> salt{};
    entropy_.fill(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    const char* const made = ::crypt_gensalt_rn("$2b$",
                                                static_cast<unsigned long>(cost_),
                                                salt.data(),
                                                static_cast<int>(salt.size()),
                                                setting.data(),
                                                static_cast<int>(setting.size()));
    CHECK(made != nullptr);
    std::string text(made);
    Result<std::string> hashed = co_await crypt(std::move(password), std::move(text));
    co_return hashed;
}

io::Task<Result<bool>> BcryptHasher::verify(std::string password, std::string hash) {
    if (!can_be_hashed(password)) co_return cannot_be_hashed();
    if (hash.size() != hash_bytes_exactly || !hash.starts_with("$2"))
        co_return Error{Errc::corrupt, "stored password hash is not one of bcrypt"};
    const Result<std::string> hashed = co_await crypt(std::move(password), hash);
    if (!hashed) co_return hashed.error();
    co_return same(*hashed, hash);
}

io::Task<Result<std::string>> BcryptHasher::crypt(std::string password, std::string setting) {
    const auto job = std::make_shared<Job>();
    job->password = std::move(password);
    job->setting = std::move(setting);
    const Duration cost = usual_cost(cost_of(job->setting));
    std::move_only_function<void()> work = [job] { job->run(); };
    const bool ran = co_await offload_.run(std::move(work), cost);
    if (!ran) co_return Error{Errc::unavailable, "too many passwords are being hashed"};
    spent_.observe(job->spent_us);
    if (job->result.empty())
        co_return Error{Errc::corrupt, "stored password hash is not one of bcrypt"};
    co_return std::move(job->result);
}

}  // namespace playback::adapters
