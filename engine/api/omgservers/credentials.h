// Who is this? Users by id or alias, and their passwords.
//
// A user who is not there costs as much as a wrong password, and so does one of another role than
// the call is for: nobody learns from the time an answer takes. Only an id that nobody has says so
// (omgservers.md 0.2); a name that nobody has is not told from a wrong password.
#pragma once

#include <expected>
#include <string>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/problem.h"
#include "engine/domain/accounts/inputs.h"

namespace playback::omgservers {

struct Account {
    UserId id;
    accounts::Role role = accounts::Role::none;
    std::string password_hash;
};

// The user, if this is their password and `role` theirs (none: whatever it is).
io::Task<std::expected<Account, Problem>> check_credentials(Api& api,
                                                            accounts::Role role,
                                                            std::string user,
                                                            std::string password);

// Is this the password? What cannot be one (too long for bcrypt) is just wrong.
io::Task<Result<bool>> check_password(Api& api, std::string password, std::string hash);

Problem wrong_credentials();

}  // namespace playback::omgservers
