#include "engine/api/omgservers/call.h"

#include "engine/wire/json_writer.h"

namespace playback::omgservers {

void Call::reply_id(std::string_view name, std::uint64_t id) const {
    wire::JsonWriter(answer.body).object().key(name).id(id).end_object();
}

void Call::reply_boolean(std::string_view name, bool value) const {
    wire::JsonWriter(answer.body).object().key(name).boolean(value).end_object();
}

void Call::reply_string(std::string_view name, std::string_view value) const {
    wire::JsonWriter(answer.body).object().key(name).string(value).end_object();
}

void Call::reply_nothing() const {
    wire::JsonWriter(answer.body).object().end_object();
}

}  // namespace playback::omgservers
