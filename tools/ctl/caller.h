// Caller: the HTTP calls of `playback ctl` to one node, one after the other, each waited for.
//
// It never repeats a call: what failed says whether it happened, and what to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "engine/io/network.h"

namespace playback::ctl {

struct Address {
    io::Endpoint endpoint;
    std::string prefix;  // "/games", or empty: behind a gateway
    std::string url;     // as people write it, without a slash at the end
};

// Reads "http://HOST[:PORT][/PREFIX]". Fails with invalid_argument.
Result<Address> parse_address(std::string_view url);

// What a node said instead of yes.
struct Refusal {
    int status = 0;
    std::string qualifier;
    std::string detail;
};

class Caller {
public:
    explicit Caller(Address address);

    // The answer to METHOD ("support/create-tenant"). Fails with refused (`refusal` tells more),
    // unavailable (nothing happened), or unknown_outcome.
    [[nodiscard]] Result<nlohmann::json> call(std::string_view method,
                                              const std::string& token,
                                              const nlohmann::json& body);

    // Of the last call, if it was refused.
    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

private:
    Address address_;
    std::optional<Refusal> refusal_;
};

}  // namespace playback::ctl
