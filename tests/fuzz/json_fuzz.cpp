// Fuzz target: our JSON scanner, reader and writer, with nlohmann's parser as second opinion.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "engine/base/json_text.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::wire {
namespace {

// Copies whatever the reader reads to the writer: every typed read is used on every text.
void copy(JsonReader& in, JsonWriter& out) {
    if (in.next_is_object()) {
        out.object();
        in.object([&](std::string_view name) {
            out.key(name);
            copy(in, out);
        });
        out.end_object();
    } else if (in.next_is_array()) {
        out.array();
        in.array([&] { copy(in, out); });
        out.end_array();
    } else if (in.next_is_string()) {
        out.string(in.string());
    } else if (in.null()) {
        out.null();
    } else {
        out.raw(in.raw());
    }
}

void check_typed_reads(std::string_view text) {
    JsonReader ids(text);
    ids.array([&] { CHECK(ids.id() <= INT64_MAX); });
    (void)ids.finish();
    JsonReader names(text);
    names.object([&](std::string_view name) {
        if (name.size() == 1)
            (void)names.int32();
        else if (name.size() == 2)
            (void)names.boolean();
        else if (name.size() == 3)
            (void)names.string_or_number();
    });
    (void)names.finish();
}

// Error 406 of nlohmann's parser.
bool has_huge_number(std::string_view text) {
    try {
        (void)nlohmann::json::parse(text);
    } catch (const nlohmann::json::out_of_range&) {
        return true;
    } catch (const nlohmann::json::parse_error&) {
        return false;
    }
    return false;
}

void check_text(std::string_view text) {
    const auto parsed = JsonText::parse(text);
    check_typed_reads(text);
    JsonReader in(text);
    std::string written;
    JsonWriter out(written);
    copy(in, out);
    const auto finished = in.finish();
    if (finished) CHECK(parsed.has_value() && out.complete());
    // It takes a byte order mark, and a NUL byte for the end; and no number beyond a double's.
    if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos) return;
    if (has_huge_number(text)) return;
    const bool too_deep = !parsed && parsed.error().detail.find("nested") != std::string::npos;
    if (!too_deep) CHECK(parsed.has_value() == nlohmann::json::accept(text));
    if (finished) CHECK(nlohmann::json::parse(written) == nlohmann::json::parse(text));
}

}  // namespace
}  // namespace playback::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    playback::wire::check_text(bytes);
    std::string text;
    playback::wire::append_json_string(text, bytes);
    const auto quoted = playback::JsonText::parse(text);
    CHECK(quoted.has_value());
    if (playback::is_utf8(bytes)) CHECK(playback::wire::unescape_json(text) == bytes);
    return 0;
}
