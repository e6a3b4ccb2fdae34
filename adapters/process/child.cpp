#include "adapters/process/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace playback::adapters::process {
namespace {

constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int signal_exit_base = 128;  // as shells and Docker count

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What the child needs after the fork, prepared before it: between fork and exec nothing may
// allocate, for another thread may hold the allocator's lock for ever.
struct Prepared {
    std::vector<std::string> variables;
    std::vector<char*> environment;
    std::array<char*, 2> arguments{};
    const char* path = nullptr;
    rlimit data{};
    pid_t parent = 0;
    int output = -1;
    int null = -1;
    int failure = -1;
};

[[noreturn]] void fail_child(const Prepared& prepared) {
    const int error = errno;
    // If even this fails, the parent sees the exit code.
    [[maybe_unused]] const ssize_t written = write(prepared.failure, &error, sizeof error);
    _exit(127);
}

void reset_signals() {
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Async-signal-safe calls only.
[[noreturn]] void run_child(const Prepared& prepared) {
    if (setpgid(0, 0) != 0) fail_child(prepared);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail_child(prepared);
    if (getppid() != prepared.parent) _exit(127);  // the parent died before the line above
    reset_signals();

    const rlimit no_core{};
    if (setrlimit(RLIMIT_CORE, &no_core) != 0) fail_child(prepared);
    const bool limited = prepared.data.rlim_max != 0;
    if (limited && setrlimit(RLIMIT_DATA, &prepared.data) != 0) fail_child(prepared);

    if (chdir("/") != 0) fail_child(prepared);
    if (dup2(prepared.null, STDIN_FILENO) < 0) fail_child(prepared);
    if (dup2(prepared.output, STDOUT_FILENO) < 0) fail_child(prepared);
    if (dup2(prepared.output, STDERR_FILENO) < 0) fail_child(prepared);
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) fail_child(prepared);
    execve(prepared.path, prepared.arguments.data(), prepared.environment.data());
    fail_child(prepared);
}

void prepare_environment(Prepared& prepared, const ChildPlan& plan) {
    const bool has_path = std::ranges::any_of(
        plan.environment, [](const auto& variable) { return variable.first == "PATH"; });
    if (!has_path) prepared.variables.push_back(std::string("PATH=") + default_path);
    for (const auto& [name, value] : plan.environment)
        prepared.variables.emplace_back(name).append("=").append(value);
    for (std::string& variable : prepared.variables)
        prepared.environment.push_back(variable.data());
    prepared.environment.push_back(nullptr);
}

// glibc 2.36 declares its own wrapper as a C++ function, which does not link.
Descriptor open_pidfd(pid_t pid) {
    return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

Result<std::pair<Descriptor, Descriptor>> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("make a pipe");
    return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

// The start time: field 22, counted after the program's name, which may hold anything but ends
// with the last parenthesis. The first field after it is field 3.
std::optional<std::uint64_t> start_time(pid_t pid) {
    constexpr int fields_between = 19;
    const std::string text = read_text("/proc/" + std::to_string(pid) + "/stat");
    std::size_t at = text.rfind(')');
    if (at == std::string::npos) return std::nullopt;
    ++at;
    for (int i = 0; i < fields_between; ++i) {
        at = text.find(' ', at + 1);
        if (at == std::string::npos) return std::nullopt;
    }
    return std::strtoull(text.c_str() + at, nullptr, 10);
}

// Waits for the exec: the pipe closes with it, or tells what failed.
Result<void> await_exec(Descriptor failure, const std::string& path) {
    int error = 0;
    ssize_t size = 0;
    do {
        size = read(failure.get(), &error, sizeof error);
    } while (size < 0 && errno == EINTR);
    if (size == 0) return {};
    errno = size == sizeof error ? error : EIO;
    return errno_error("execute " + path);
}

}  // namespace

void Descriptor::reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
}

Error errno_error(std::string what) {
    const int error = errno;
    return {Errc::io_failed, std::move(what) + ": " + std::strerror(error)};
}

Result<Child> spawn_child(const ChildPlan& plan) {
    TRY(output, make_pipe());
    TRY(failure, make_pipe());
    Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) return errno_error("open /dev/null");
    fcntl(output.first.get(), F_SETFL, O_NONBLOCK);

    std::string path = plan.path;
    Prepared prepared;
    prepare_environment(prepared, plan);
    prepared.path = path.c_str();
    prepared.arguments = {path.data(), nullptr};
    prepared.data = {plan.data_bytes_max, plan.data_bytes_max};
    prepared.parent = getpid();
    prepared.output = output.second.get();
    prepared.null = null.get();
    prepared.failure = failure.second.get();

    const pid_t pid = fork();
    if (pid < 0) return errno_error("fork");
    if (pid == 0) run_child(prepared);

    failure.second.reset();
    Result<void> started = await_exec(std::move(failure.first), path);
    Descriptor exit = open_pidfd(pid);
    if (started && !exit) started = errno_error("open the process");
    if (!started) {
        kill(pid, SIGKILL);
        bury_child(pid);
        return std::move(started).error();
    }
    const ProcessId id{pid, start_time(pid).value_or(0)};
    return Child{id, std::move(exit), std::move(output.first)};
}

std::optional<Descriptor> open_process(const ProcessId& id) {
    Descriptor process = open_pidfd(id.pid);
    // The start time is read after the descriptor is held: now it cannot be somebody else's.
    if (!process || start_time(id.pid) != id.started) return std::nullopt;
    pollfd ended{process.get(), POLLIN, 0};
    if (poll(&ended, 1, 0) != 0) return std::nullopt;
    return process;
}

std::string boot_id() {
    std::string id = read_text("/proc/sys/kernel/random/boot_id");
    while (id.ends_with('\n')) id.pop_back();
    return id;
}

std::uint64_t resident_bytes(pid_t pid) {
    const std::string text = read_text("/proc/" + std::to_string(pid) + "/statm");
    const std::size_t space = text.find(' ');
    if (space == std::string::npos) return 0;
    const std::uint64_t pages = std::strtoull(text.c_str() + space, nullptr, 10);
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void signal_group(pid_t leader, int signal) {
    CHECK(leader > 1);  // 0 and 1 would mean everybody
    kill(-leader, signal);
}

Ending bury_child(pid_t pid) {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    // Until it is buried its number is not given away, so the group is still its own.
    signal_group(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    const int status = info.si_status;
    if (info.si_code == CLD_EXITED) return {status, "exit " + std::to_string(status)};
    return {signal_exit_base + status,
            "signal " + std::to_string(status) + " (" + strsignal(status) + ")"};
}

}  // namespace playback::adapters::process
