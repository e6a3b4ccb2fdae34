// Output: what a command says. People read lines; `--json` adds one object as the last line of
// standard output, with `error` when the command fails early. Progress goes to standard error.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace playback::tools {

class Output {
public:
    explicit Output(bool json) : json_(json) {}

    // A line for people: standard output, or standard error when that is for the object.
    void say(std::string_view line) const;
    // Progress and trouble.
    void note(std::string_view line) const;
    // The object, if wanted.
    void finish(const nlohmann::json& object) const;
    // Ends a command early: the message, and {"error": message}. Returns exit_wrong_use.
    [[nodiscard]] int fail(std::string_view message) const;

private:
    bool json_;
};

}  // namespace playback::tools
