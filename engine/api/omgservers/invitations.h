// Invitations: the tokens of CONNECTION_UPGRADED messages, signed as they are delivered.
#pragma once

#include <vector>

#include "engine/api/omgservers/mail.h"
#include "engine/base/result.h"
#include "engine/io/task.h"

namespace playback::omgservers {

class Api;

bool has_invitation(const std::vector<mailbox::ClientMail>& mail);

// One for each CONNECTION_UPGRADED in `mail`. Fails as Tokens does.
io::Task<Result<std::vector<Invitation>>> invite(Api& api,
                                                 ClientId client,
                                                 std::vector<mailbox::ClientMail> mail);

}  // namespace playback::omgservers
