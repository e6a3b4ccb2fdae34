#include "engine/api/omgservers/client_message.h"

#include <array>
#include <string_view>

#include "engine/domain/mailbox/client_inputs.h"

namespace playback::omgservers {
namespace {

using mailbox::ClientMailKind;

struct Outgoing {
    std::string_view qualifier;
    std::string_view member;
};
constexpr Outgoing outgoing_p1{"CLIENT_OUTGOING_MESSAGE", "data"};
constexpr Outgoing outgoing_p2{"MESSAGE_PRODUCED", "message"};

// Qualifiers that exist, but for the other direction.
bool is_incoming(std::string_view qualifier, Generation generation) {
    constexpr std::array kinds = {ClientMailKind::greeted,
                                  ClientMailKind::runtime_assigned,
                                  ClientMailKind::message_produced,
                                  ClientMailKind::client_deleted,
                                  ClientMailKind::connection_upgraded};
    for (const ClientMailKind kind : kinds)
        if (word_of(kind, generation) == qualifier) return true;
    return generation == Generation::p1 && qualifier == "MATCHMAKER_ASSIGNMENT_MESSAGE";
}

}  // namespace

ClientEntry read_client_entry(wire::JsonReader& in, Generation generation) {
    const Outgoing& expected = generation == Generation::p1 ? outgoing_p1 : outgoing_p2;
    ClientEntry entry;
    bool known = false;
    in.object([&](std::string_view name) {
        if (name == "qualifier") {
            const std::string_view qualifier = in.string();
            known = qualifier == expected.qualifier;
            entry.is_foreign = !known && is_incoming(qualifier, generation);
            if (!known && !entry.is_foreign) in.refuse("a known qualifier is expected");
        } else if (name == "body" && !in.null()) {
            in.object([&](std::string_view member) {
                if (member == expected.member && !in.null()) entry.message = in.raw();
            });
        }
    });
    if (!known) entry.message = {};
    return entry;
}

}  // namespace playback::omgservers
