#include "tools/playback/output.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "tools/playback/interrupt.h"

namespace playback::tools {
namespace {

void put_line(std::FILE* to, std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), to);
    std::fputc('\n', to);
    std::fflush(to);
}

}  // namespace

void Output::say(std::string_view line) const {
    put_line(json_ ? stderr : stdout, line);
}

void Output::note(std::string_view line) const {
    put_line(stderr, line);
}

void Output::finish(const nlohmann::json& object) const {
    if (json_) put_line(stdout, object.dump());
}

int Output::fail(std::string_view message) const {
    put_line(stderr, "playback: " + std::string(message));
    finish({{"error", message}});
    return exit_wrong_use;
}

}  // namespace playback::tools
