// Output of `playback ctl`: values on standard output, plain or as one JSON object; everything
// else on standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace playback::ctl {

class Output {
public:
    Output(bool json, bool pretty) : json_(json), pretty_(pretty) {}

    // What happens.
    void note(std::string_view line) const;

    // The result: `shown` are its members, in order, for plain output. One of them alone is its
    // value; several are lines "name value"; "*" is the whole as JSON.
    void result(const nlohmann::json& values, const std::vector<std::string>& shown) const;

    // Text as it is, such as a help.
    static void text(std::string_view text);

    // A command that failed: the message, and `more` beside {"error": message}.
    void failure(const std::string& message, nlohmann::json more) const;

private:
    void print(const nlohmann::json& whole) const;

    bool json_;
    bool pretty_;
};

}  // namespace playback::ctl
