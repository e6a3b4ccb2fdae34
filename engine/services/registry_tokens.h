// RegistryTokens: what an image registry trusts (omgservers.md 1.7, 2: registry tokens).
//
// Access tokens name repositories and actions in the claim `access` and carry the issuer's
// certificate in the header ("x5c"); the registry knows that certificate (`rootcertbundle`) and
// asks nobody. Refresh tokens are only good for more access tokens: no registry and no other call
// takes their audience, and what they allow is asked anew each time. They carry a mark of the
// password that they were given for, and end with it: whoever asks compares. All of them are RS256,
// whatever the tokens of calls are. Ownership: io and tokens outlive it; one core. Errors: as
// services::Tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/domain/ids.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "engine/services/tokens.h"

namespace playback::services {

struct RegistryToken {
    std::string text;
    WallTime issued_at;
    Duration lifetime;
};

// Whose a refresh token is, who may be gone by now, and the mark of their password at that time.
struct RefreshGrant {
    UserId user;
    std::string password_mark;
};

// Another mark for each password hash; it tells nothing about the password.
std::string password_mark(std::string_view password_hash);

class RegistryTokens {
public:
    RegistryTokens(io::Io& io, Tokens& tokens) : io_(io), tokens_(tokens) {}

    // The bearer may do what `access` lists; an empty list opens no repository.
    io::Task<Result<RegistryToken>> issue(UserId user, std::vector<wire::JwtAccess> access);
    io::Task<Result<std::string>> issue_refresh(RefreshGrant grant);
    io::Task<Result<RefreshGrant>> verify_refresh(std::string token);

    // For one container host and one image ("ns/name:tag"): to pull that repository, as `service`.
    io::Task<Result<std::string>> issue_for_pull(std::string image);

private:
    io::Task<Result<std::string>> sign(wire::JwtClaims claims);

    io::Io& io_;
    Tokens& tokens_;
};

}  // namespace playback::services
