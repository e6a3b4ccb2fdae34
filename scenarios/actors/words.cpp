#include "scenarios/actors/words.h"

#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::scenarios {

std::string path_of(std::string_view role, std::string_view method) {
    std::string path(entrypoint);
    path += role;
    path += "/request/";
    path += method;
    return path;
}

std::string to_json(const GameMessage& message) {
    std::string text;
    wire::JsonWriter out(text);
    out.object().key("n").unsigned_integer(message.serial);
    if (message.shows_profile)
        out.key("op").string("show").key("p").unsigned_integer(message.profile);
    else
        out.key("op").string(message.sets_profile   ? "profile"
                             : message.wish.empty() ? "echo"
                                                    : message.wish);
    if (message.padding > 0) out.key("pad").string(std::string(message.padding, 'x'));
    out.end_object();
    return text;
}

Result<GameMessage> parse_game_message(std::string_view json) {
    GameMessage message;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == "n") {
            message.serial = in.id();
        } else if (name == "op") {
            const std::string_view op = in.string();
            message.sets_profile = op == "profile";
            message.shows_profile = op == "show";
            if (!message.sets_profile && !message.shows_profile && op != "echo") message.wish = op;
        } else if (name == "pad") {
            message.padding = in.string().size();
        } else if (name == "p") {
            message.profile = in.id();
        }
    });
    TRY_VOID(in.finish());
    return message;
}

std::uint64_t profile_version(std::string_view json) {
    std::uint64_t version = 0;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == "v") version = in.id();
    });
    return version;
}

}  // namespace playback::scenarios
