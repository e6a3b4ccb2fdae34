#include "scenarios/actors/room_frame.h"

#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::scenarios {

std::string to_json(const RoomFrame& frame) {
    std::string text;
    wire::JsonWriter out(text);
    out.object().key("client").id(frame.client).key("session").unsigned_integer(frame.session);
    out.key("number").unsigned_integer(frame.number).key("runtime").id(frame.runtime);
    out.key("life").unsigned_integer(frame.life).key("all").boolean(frame.is_for_all);
    out.end_object();
    return text;
}

Result<RoomFrame> parse_room_frame(std::string_view json) {
    RoomFrame frame;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == "client")
            frame.client = in.id();
        else if (name == "session")
            frame.session = in.id();
        else if (name == "number")
            frame.number = in.id();
        else if (name == "runtime")
            frame.runtime = in.id();
        else if (name == "life")
            frame.life = in.id();
        else if (name == "all")
            frame.is_for_all = in.boolean();
    });
    TRY_VOID(in.finish());
    return frame;
}

}  // namespace playback::scenarios
