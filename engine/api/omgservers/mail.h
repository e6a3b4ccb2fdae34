// What waits in mailboxes, as JSON in the words of either generation (omgservers.md 4.1, 5.1, 5.3).
#pragma once

#include <string>
#include <vector>

#include "engine/api/omgservers/words.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::omgservers {

// What a CONNECTION_UPGRADED says besides its mail. Made when it is delivered, so that a message
// that waited for long has a fresh token.
struct Invitation {
    MessageId mail;
    std::string url;
    std::string token;
};

// For whom mail is worded, and what is not in it.
struct ClientMailForm {
    Generation generation = Generation::p2;
    ClientId client;
    std::vector<Invitation> invitations;  // one for each CONNECTION_UPGRADED
};

// {"id": ..., "qualifier": ..., "body": {...}}
void write_client_message(std::string& out,
                          const mailbox::ClientMail& mail,
                          const ClientMailForm& form);

// {"incoming_messages": [...]}
void write_client_mail(std::string& body,
                       const std::vector<mailbox::ClientMail>& mail,
                       const ClientMailForm& form);

// {"incoming_messages": [...]}, P1 {"incoming_commands": [...]}
void write_runtime_mail(std::string& body,
                        RuntimeId runtime,
                        const std::vector<mailbox::RuntimeMail>& mail,
                        Generation generation);

}  // namespace playback::omgservers
