// BcryptHasher: io::PasswordHasher by libcrypt ($2b$), on the threads of an io::Offload.
//
// The CPU time of each is a metric: nearly all that a login costs. bcrypt looks at 72 bytes and
// stops at a NUL, so a password that it would cut is refused. The cost doubles with each step (10:
// about 50 ms). Hashes of other costs verify too. Errors: as io::PasswordHasher; `corrupt` for a
// stored hash that is none.
#pragma once

#include <string>

#include "engine/io/metrics.h"
#include "engine/io/offload.h"
#include "engine/io/security.h"

namespace playback::adapters {

class BcryptHasher final : public io::PasswordHasher {
public:
    static constexpr int cost_min = 4;
    static constexpr int cost_max = 31;
    static constexpr int cost_default = 10;

    BcryptHasher(io::Offload& offload,
                 io::Entropy& entropy,
                 io::Metrics& metrics,
                 int cost = cost_default);

    io::Task<Result<std::string>> hash(std::string password) override;
    io::Task<Result<bool>> verify(std::string password, std::string hash) override;

private:
    io::Task<Result<std::string>> crypt(std::string password, std::string setting);

    io::Offload& offload_;
    io::Entropy& entropy_;
    io::Histogram& spent_;
    int cost_;
};

}  // namespace playback::adapters
