#include "engine/wire/url.h"

#include <cstdint>

#include "engine/base/json_text.h"

namespace playback::wire {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string percent_encode(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        out += '%';
        out += hex[static_cast<std::uint8_t>(c) >> 4];
        out += hex[static_cast<std::uint8_t>(c) & 15];
    }
    return out;
}

Result<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus == Plus::is_space) {
            out += ' ';
        } else if (text[at] != '%') {
            out += text[at];
        } else {
            const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                return Error{
                    Errc::invalid_argument,
                    "URL: '%' without two hexadecimal digits at byte " + std::to_string(at)};
            out += static_cast<char>(high << 4 | low);
            at += 2;
        }
    }
    if (out.find('\0') != std::string::npos || !is_utf8(out))
        return Error{Errc::invalid_argument, "URL: text that is not UTF-8, or holds a NUL"};
    return out;
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view piece = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (piece.empty()) continue;
        if (parameters.size() == query_parameters_max)
            return Error{Errc::invalid_argument, "URL: too many query parameters"};
        const std::size_t equals = piece.find('=');
        TRY(name, percent_decode(piece.substr(0, equals), Plus::is_space));
        QueryParameter& parameter = parameters.emplace_back();
        parameter.name = std::move(name);
        if (equals == std::string_view::npos) continue;
        TRY(value, percent_decode(piece.substr(equals + 1), Plus::is_space));
        parameter.value = std::move(value);
    }
    return parameters;
}

std::optional<std::string_view> find_parameter(const std::vector<QueryParameter>& parameters,
                                               std::string_view name) {
    for (const QueryParameter& parameter : parameters)
        if (parameter.name == name) return parameter.value;
    return std::nullopt;
}

}  // namespace playback::wire
