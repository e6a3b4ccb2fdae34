// PrivateDocker: a Docker daemon of the test's own, beside whatever else runs on the machine.
//
// It lives in a temporary directory with its own socket, images and containers, needs root and the
// package docker.io, and leaves nothing behind: no process, no mount, no file. Each call says what
// went wrong in words, empty if nothing did. With PLAYBACK_WITHOUT_DOCKER=1 in the environment
// tests that need it are skipped; else they fail where no daemon can run.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace playback::testing {

// Has the one who runs the tests said that there is no Docker here?
bool without_docker();

struct CommandOutcome {
    int exit_code = -1;
    std::string output;  // both streams
};
// Runs a program found in PATH to its end.
CommandOutcome run_command(const std::vector<std::string>& arguments);

class PrivateDocker {
public:
    PrivateDocker();
    PrivateDocker(const PrivateDocker&) = delete;
    PrivateDocker& operator=(const PrivateDocker&) = delete;
    ~PrivateDocker();

    // Starts the daemon and waits until it answers. After kill_hard also clears the stale pid
    // files, without which it would not start.
    [[nodiscard]] std::string start(bool live_restore = false);
    void kill_hard();                // SIGKILL: its containers go on
    void stop();                     // SIGTERM, and waits for it
    void freeze(bool frozen) const;  // SIGSTOP, SIGCONT

    // Makes an image FROM scratch of one static program, which with `arguments` is its entry point.
    [[nodiscard]] std::string import_image(const std::string& name,
                                           const std::string& program,
                                           const std::vector<std::string>& arguments = {});

    // The docker command line against this daemon.
    [[nodiscard]] CommandOutcome docker(std::vector<std::string> arguments) const;

    [[nodiscard]] std::string socket() const { return directory_ + "/docker.sock"; }
    [[nodiscard]] const std::string& directory() const { return directory_; }

private:
    void launch(bool live_restore);
    [[nodiscard]] bool answers() const;
    [[nodiscard]] std::string log_tail() const;
    void end_leftovers() const;
    void unmount_all() const;

    std::string directory_;
    pid_t daemon_ = 0;
};

}  // namespace playback::testing
