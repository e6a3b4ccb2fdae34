#include "tools/ctl/output.h"

#include <cstdio>

#include <nlohmann/json.hpp>

namespace playback::ctl {
namespace {

using nlohmann::json;

void put_line(std::FILE* to, std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), to);
    std::fputc('\n', to);
    std::fflush(to);
}

std::string as_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void Output::print(const json& whole) const {
    put_line(stdout, whole.dump(pretty_ ? 2 : -1, ' ', false, json::error_handler_t::replace));
}

void Output::note(std::string_view line) const {
    put_line(stderr, line);
}

void Output::text(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void Output::result(const json& values, const std::vector<std::string>& shown) const {
    const bool is_whole = shown.size() == 1 && shown.front() == "*";
    if (json_ || is_whole) return print(values);
    for (const std::string& name : shown) {
        const json value = values.value(name, json());
        if (value.is_array()) {
            for (const json& one : value) put_line(stdout, as_text(one));
        } else {
            put_line(stdout, (shown.size() > 1 ? name + " " : "") + as_text(value));
        }
    }
}

void Output::failure(const std::string& message, json more) const {
    put_line(stderr, "playback ctl: " + message);
    if (!json_) return;
    more["error"] = message;
    print(more);
}

}  // namespace playback::ctl
