// What waits in mailboxes, as JSON in the words of either generation (omgservers.md 4.1, 5.1, 5.3).
#pragma once

#include <string>
#include <vector>

#include "engine/api/omgservers/words.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::omgservers {

// {"incoming_messages": [...]}
void write_client_mail(std::string& body,
                       const std::vector<mailbox::ClientMail>& mail,
                       Generation generation);

// {"incoming_messages": [...]}, P1 {"incoming_commands": [...]}
void write_runtime_mail(std::string& body,
                        RuntimeId runtime,
                        const std::vector<mailbox::RuntimeMail>& mail,
                        Generation generation);

}  // namespace playback::omgservers
