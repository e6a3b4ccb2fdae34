// LiveNode: the node program on a port of its own, for API tests over real sockets.
//
// Its containers are local processes that only note what they were given, so that a test can log in
// as a runtime with the runtime's own password. One node serves the tests of a suite.
#pragma once

#include <string>
#include <string_view>

#include "tests/api/omgservers/api_fixture.h"
#include "tests/node/program.h"

namespace playback::omgservers {

class LiveNode {
public:
    // Of the suite that runs; the one before it ends first.
    static LiveNode& of_this_suite();

    LiveNode();
    LiveNode(const LiveNode&) = delete;
    LiveNode& operator=(const LiveNode&) = delete;

    // Why it does not run; empty if it does.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] const std::string& address() const { return address_; }
    // One request on a connection of its own.
    [[nodiscard]] HttpReply exchange(std::string_view request) const;
    // What a runtime's container was given; waits until it has been started.
    [[nodiscard]] std::string password_of(const std::string& runtime) const;

private:
    [[nodiscard]] std::string write_file(const std::string& name, const std::string& text) const;
    [[nodiscard]] std::vector<std::string> arguments() const;

    ::playback::testing::Directory directory_;
    std::unique_ptr<::playback::testing::Program> program_;
    std::string address_;
    std::string problem_;
};

}  // namespace playback::omgservers
