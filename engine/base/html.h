// Html: text of anybody as it may stand in a page, also in an attribute.
#pragma once

#include <string>
#include <string_view>

namespace playback {

std::string escaped_html(std::string_view text);

}  // namespace playback
