// Percent encoding and query parameters (RFC 3986), strict.
//
// Decoding refuses a '%' without two hexadecimal digits, and what is then not UTF-8 or holds a NUL:
// nothing behind this point has to ask again. Fails with invalid_argument.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace playback::wire {

// All but unreserved characters (letters, digits, "-._~") become %XX.
std::string percent_encode(std::string_view text);

enum class Plus : unsigned char { is_plus, is_space };  // forms and queries write ' ' as '+'

Result<std::string> percent_decode(std::string_view text, Plus plus = Plus::is_plus);

struct QueryParameter {
    std::string name;
    std::string value;

    friend bool operator==(const QueryParameter&, const QueryParameter&) = default;
};

inline constexpr std::size_t query_parameters_max = 64;

// "a=1&b=x%20y" (without '?'), in order; a name without '=' has an empty value, empty pieces are
// skipped.
Result<std::vector<QueryParameter>> parse_query(std::string_view query);

// The value of the first parameter of this name.
std::optional<std::string_view> find_parameter(const std::vector<QueryParameter>& parameters,
                                               std::string_view name);

}  // namespace playback::wire
