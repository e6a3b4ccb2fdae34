#include "tools/driver/child.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playback::tools {

std::string in_quotes(std::string_view word) {
    std::string text = "'";
    for (const char c : word) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text + "'";
}

std::string output_of(const std::string& command) {
    Child child(command, false);
    std::string text;
    std::array<char, 8192> buffer{};
    while (const std::size_t size = child.read(buffer.data(), buffer.size()))
        text.append(buffer.data(), size);
    return text;
}

Child::Child(const std::string& command, bool is_loud) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(ends[1], STDOUT_FILENO);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup2(nowhere, STDIN_FILENO);
        if (!is_loud) ::dup2(nowhere, STDERR_FILENO);
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(ends[1]);
    if (pid_ < 0) {
        ::close(ends[0]);
        return;
    }
    ::setpgid(pid_, pid_);
    end_ = ends[0];
}

Child::~Child() {
    kill();
    if (end_ >= 0) ::close(end_);
}

std::size_t Child::read(char* to, std::size_t most) {
    if (end_ < 0) return 0;
    for (;;) {
        const ssize_t size = ::read(end_, to, most);
        if (size >= 0) return static_cast<std::size_t>(size);
        if (errno != EINTR) return 0;
    }
}

int Child::wait() {
    if (pid_ < 0) return 127;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Child::kill() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    wait();
}

}  // namespace playback::tools
