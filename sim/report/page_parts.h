// The parts of the page that people edit (sim/report/page/), built in by cmake/embed.cmake.
#pragma once

#include <string_view>

namespace playback::sim {

extern const std::string_view page_html;
extern const std::string_view page_css;
extern const std::string_view page_js;

}  // namespace playback::sim
