#include "engine/api/omgservers/invitations.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/sockets.h"

namespace playback::omgservers {
namespace {

bool is_invitation(const mailbox::ClientMail& mail) {
    return mail.kind == mailbox::ClientMailKind::connection_upgraded;
}

}  // namespace

bool has_invitation(const std::vector<mailbox::ClientMail>& mail) {
    return std::ranges::any_of(mail, is_invitation);
}

// A client that was invited several times to one room needs one token: a signature is dear.
io::Task<Result<std::vector<Invitation>>> invite(Api& api,
                                                 ClientId client,
                                                 std::vector<mailbox::ClientMail> mail) {
    std::vector<Invitation> result;
    std::map<RuntimeId, std::string> tokens;
    for (const mailbox::ClientMail& one : mail) {
        if (!is_invitation(one)) continue;
        std::string& token = tokens[one.runtime];
        if (token.empty()) {
            Result<std::string> issued =
                co_await api.tokens.issue_for_dispatcher(one.runtime, client);
            if (!issued) co_return std::move(issued).error();
            token = *std::move(issued);
        }
        Invitation invitation;
        invitation.mail = one.id;
        invitation.url = dispatcher_url(api.options.public_url);
        invitation.token = token;
        result.push_back(std::move(invitation));
    }
    co_return result;
}

}  // namespace playback::omgservers
