// The one message that a client may send, as each generation words it (omgservers.md 4.2): an entry
// of an interchange, or a frame of the connector.
#pragma once

#include "engine/api/omgservers/words.h"
#include "engine/base/json_text.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {

struct ClientEntry {
    bool is_foreign = false;  // a message of the other direction
    JsonText message;         // empty: there is none in it
};

// {"qualifier": ..., "body": {"message": any JSON}}. An unknown qualifier makes the reader refuse;
// other members ("id") are ignored.
ClientEntry read_client_entry(wire::JsonReader& in, Generation generation);

}  // namespace playback::omgservers
