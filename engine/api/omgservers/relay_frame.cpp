#include "engine/api/omgservers/relay_frame.h"

#include <utility>

#include "engine/api/omgservers/members.h"
#include "engine/wire/base64.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

constexpr std::string_view text_encoding = "TXT";
constexpr std::string_view binary_encoding = "B64";

}  // namespace

Result<RelayFrame> read_relay_frame(std::string_view text) {
    RelayFrame frame;
    std::string_view message;
    wire::JsonReader in(text, request_json);
    in.object([&](std::string_view name) {
        if (in.null()) return;
        if (name == "encoding") {
            const std::string_view encoding = in.string();
            frame.is_binary = encoding == binary_encoding;
            if (!frame.is_binary && encoding != text_encoding) in.refuse("TXT or B64 is expected");
        } else if (name == "message") {
            message = in.string();
        } else if (name == "clients") {
            frame.clients.emplace();
            in.array([&] {
                if (frame.clients->size() == limits::interchange_items_max)
                    in.refuse("too many clients");
                frame.clients->push_back(ClientId{in.id()});
            });
        }
    });
    TRY_VOID(in.finish());
    if (is_blank(message)) return Error{Errc::invalid_argument, "message must not be blank"};
    if (!frame.is_binary) {
        frame.payload = message;
        return frame;
    }
    TRY(bytes, wire::base64_decode(message));
    frame.payload = std::move(bytes);
    return frame;
}

std::string relay_frame_of(ClientId sender, bool is_binary, std::string_view payload) {
    std::string frame;
    wire::JsonWriter out(frame);
    out.object().key("client_id").id(sender.value);
    out.key("encoding").string(is_binary ? binary_encoding : text_encoding);
    if (is_binary)
        out.key("message").string(wire::base64_encode(payload));
    else
        out.key("message").string(payload);
    out.end_object();
    return frame;
}

}  // namespace playback::omgservers
