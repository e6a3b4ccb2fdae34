// What the tests of `playback ctl` share: a real node with local processes, and runs of the command
// with a home of its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/node/program.h"

namespace playback::testing {

using Arguments = std::vector<std::string>;

// A node that runs the sample runtime for every image.
class CtlNode {
public:
    CtlNode();
    [[nodiscard]] bool is_up() const { return !address_.empty(); }
    [[nodiscard]] std::string url() const { return "http://" + address_; }
    [[nodiscard]] std::string passwords_file() const {
        return directory_.path() + "/data/passwords.json";
    }
    [[nodiscard]] const std::string& password(const std::string& role) const {
        return passwords_.at(role);
    }

private:
    Directory directory_;
    Program program_;
    std::string address_;
    std::map<std::string, std::string> passwords_;
};

// Runs `playback ctl` with what it remembers in a directory that goes with the test.
class Ctl {
public:
    Ctl() : variables_({{"HOME", home_.path()}, {"PLAYBACK_CTL_STATE", ""}}) {}
    // Talks to that node.
    explicit Ctl(const CtlNode& node);

    Ended operator()(Arguments arguments) const;
    void set(const std::string& name, const std::string& value) {
        variables_.emplace_back(name, value);
    }
    [[nodiscard]] const Program::Variables& variables() const { return variables_; }
    [[nodiscard]] std::string home() const { return home_.path(); }
    [[nodiscard]] std::string state() const { return home_.path() + "/.playbackctl"; }

private:
    Directory home_;
    Program::Variables variables_;
};

}  // namespace playback::testing
