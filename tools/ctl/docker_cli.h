// DockerCli: the `docker` command as deploy-version needs it: tag and push one image.
//
// The developer's password goes through standard input into a configuration directory that lives
// as long as this, so the user's own Docker log-ins stay what they were.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace playback::ctl {

class DockerCli {
public:
    DockerCli() = default;
    DockerCli(const DockerCli&) = delete;
    DockerCli& operator=(const DockerCli&) = delete;
    ~DockerCli();

    // Does a daemon answer? Fails with unavailable.
    Result<void> ping();

    // Fails with refused.
    Result<void> tag(const std::string& image, const std::string& reference);

    // Logs in to the registry and pushes, within a minute. Fails with refused or timed_out.
    Result<void> push(const std::string& registry,
                      const std::string& user,
                      const std::string& password,
                      const std::string& reference);

private:
    std::string host_;    // of the user's context, which another configuration does not know
    std::string config_;  // the directory, once it is needed
};

// Runs a program found in PATH. Its output, both streams, only the end of it if it is long; fails
// with timed_out (it was killed), not_found, or refused with what it said.
Result<std::string> run_command(const std::vector<std::string>& words,
                                const std::string& input,
                                Duration patience);

}  // namespace playback::ctl
