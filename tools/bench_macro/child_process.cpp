#include "tools/bench_macro/child_process.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bench_macro/proc_files.h"

namespace playback::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience_of_the_end = std::chrono::seconds(5);
constexpr auto pause_between_looks = std::chrono::milliseconds(5);
constexpr Duration pause_between_questions = milliseconds(100);
constexpr std::size_t errors_shown_max = 600;

// Variables that would change the settings of a node stay behind: every run is the same.
std::vector<char*> environment_of_child() {
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("PLAYBACK_") && !text.starts_with("OMGSERVERS_"))
            variables.push_back(*variable);
    }
    variables.push_back(nullptr);
    return variables;
}

struct Birth {
    std::vector<char*> words;
    std::vector<char*> variables;
    int output = -1;
    int errors = -1;
    int core = -1;
};

// Between fork and exec: calls of the kernel only.
[[noreturn]] void become(const Birth& birth) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (birth.core >= 0) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(static_cast<std::size_t>(birth.core), &cores);
        ::sched_setaffinity(0, sizeof cores, &cores);
    }
    ::dup2(birth.output, STDOUT_FILENO);
    ::dup2(birth.errors, STDERR_FILENO);
    ::execve(birth.words[0], birth.words.data(), birth.variables.data());
    ::_exit(127);
}

std::string end_of(const std::string& path) {
    std::string text = read_text(path);
    while (text.ends_with('\n')) text.pop_back();
    return text.size() <= errors_shown_max ? text : text.substr(text.size() - errors_shown_max);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildOrder& order) {
    std::vector<std::string> texts = order.command;
    Birth birth;
    birth.core = order.core;
    birth.variables = environment_of_child();
    for (std::string& text : texts) birth.words.push_back(text.data());
    birth.words.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return adapters::process::errno_error("pipe");
    adapters::process::Descriptor read_end(ends[0]);
    const adapters::process::Descriptor write_end(ends[1]);
    const adapters::process::Descriptor errors(
        ::open(order.errors.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    if (!errors) return adapters::process::errno_error("open " + order.errors);
    birth.output = write_end.get();
    birth.errors = errors.get();
    const pid_t pid = ::fork();
    if (pid == 0) become(birth);
    if (pid < 0) return adapters::process::errno_error("fork");
    ChildProcess child;
    child.pid_ = pid;
    child.output_ = std::move(read_end);
    child.errors_ = order.errors;
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      output_(std::move(other.output_)),
      unread_(std::move(other.unread_)),
      errors_(std::move(other.errors_)) {
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    output_ = std::move(other.output_);
    std::swap(unread_, other.unread_);
    std::swap(errors_, other.errors_);
    return *this;
}

Result<std::string> ChildProcess::next_bytes(Duration patience) {
    pollfd look{output_.get(), POLLIN, 0};
    const int ready =
        ::poll(&look, 1, static_cast<int>(std::max<std::int64_t>(patience.ns, 0) / 1'000'000));
    if (ready < 0) return Error{Errc::unavailable, "interrupted"};
    if (ready == 0) return std::string();
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got <= 0) return Error{Errc::closed, "it ended: " + end_of(errors_)};
    return std::string(buffer.data(), static_cast<std::size_t>(got));
}

Result<std::string> ChildProcess::next_line(Duration patience) {
    const auto end = Clock::now() + std::chrono::nanoseconds(patience.ns);
    for (;;) {
        const std::size_t line_end = unread_.find('\n');
        if (line_end != std::string::npos) {
            std::string line = unread_.substr(0, line_end);
            unread_.erase(0, line_end + 1);
            return line;
        }
        const std::chrono::nanoseconds left = end - Clock::now();
        TRY(bytes, next_bytes(Duration{left.count()}));
        if (bytes.empty()) return Error{Errc::timed_out, "it says nothing: " + end_of(errors_)};
        unread_ += bytes;
    }
}

void ChildProcess::stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    const auto end = Clock::now() + patience_of_the_end;
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
        if (Clock::now() > end) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            break;
        }
        std::this_thread::sleep_for(pause_between_looks);
    }
    pid_ = 0;
}

Ended ChildProcess::join() {
    Ended ended;
    int status = 0;
    rusage usage{};
    ::wait4(pid_, &status, 0, &usage);
    pid_ = 0;
    if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
        ended.cpu_seconds +=
            static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    return ended;
}

Result<Ended> run_to_end(const ChildOrder& order, const std::function<bool()>& is_interrupted) {
    TRY(child, ChildProcess::start(order));
    std::string output;
    for (;;) {
        if (is_interrupted && is_interrupted()) return Error{Errc::unavailable, "interrupted"};
        const Result<std::string> bytes = child.next_bytes(pause_between_questions);
        if (bytes) {
            output += *bytes;
        } else if (bytes.error().code == Errc::closed) {
            break;
        }
    }
    Ended ended = child.join();
    ended.output = std::move(output);
    return ended;
}

}  // namespace playback::bench
