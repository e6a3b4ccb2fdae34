// Base64 (RFC 4648): the standard alphabet with padding, and the one of URLs and tokens without.
//
// Decoding is strict: one text for each value. No white space, no missing or superfluous padding,
// no bits set behind the last byte. Fails with invalid_argument.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::wire {

enum class Base64 : unsigned char {
    standard,  // '+', '/', padded with '='
    url,       // '-', '_', no padding
};

// Behind whatever `out` holds already.
void append_base64(std::string& out, std::string_view bytes, Base64 alphabet = Base64::standard);
std::string base64_encode(std::string_view bytes, Base64 alphabet = Base64::standard);
Result<std::string> base64_decode(std::string_view text, Base64 alphabet = Base64::standard);

}  // namespace playback::wire
