#include "tests/node/program.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/live_http.h"

namespace playback::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* playback_path = PLAYBACK_BUILD_DIR "/playback";
constexpr auto step = std::chrono::milliseconds(50);

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

void drain(int& end, std::string& into) {
    std::array<char, 8192> buffer{};
    for (;;) {
        const ssize_t size = ::read(end, buffer.data(), buffer.size());
        if (size > 0) {
            into.append(buffer.data(), static_cast<std::size_t>(size));
            continue;
        }
        if (size == 0) {
            ::close(end);
            end = -1;
        }
        return;
    }
}

nlohmann::json last_line_of(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    const std::size_t line = text.rfind('\n');
    return nlohmann::json::parse(
        line == std::string_view::npos ? text : text.substr(line + 1), nullptr, false);
}

}  // namespace

Program::Program(std::vector<std::string> arguments, const Variables& variables) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) return;
    arguments.insert(arguments.begin(), playback_path);
    const std::vector<char*> pointers = pointers_to(arguments);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        ::execvp(pointers[0], pointers.data());
        ::_exit(127);
    }
    ::setpgid(pid_, pid_);
    ::close(out[1]);
    ::close(err[1]);
    out_end_ = out[0];
    err_end_ = err[0];
    ::fcntl(out_end_, F_SETFL, O_NONBLOCK);
    ::fcntl(err_end_, F_SETFL, O_NONBLOCK);
}

Program::~Program() {
    if (pid_ > 0 && !code_) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (out_end_ >= 0) ::close(out_end_);
    if (err_end_ >= 0) ::close(err_end_);
}

bool Program::starve() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
    ::rlim_t pages = 0;
    if (!(in >> pages)) return false;
    const ::rlim_t bytes = pages * static_cast<::rlim_t>(::sysconf(_SC_PAGESIZE));
    const ::rlimit limit{bytes, bytes};
    return ::prlimit(pid_, RLIMIT_AS, &limit, nullptr) == 0;
}

void Program::signal(int number) const {
    if (pid_ > 0 && !code_) ::kill(pid_, number);
}

void Program::read(Milliseconds at_most) {
    std::array<pollfd, 2> ends{{{out_end_, POLLIN, 0}, {err_end_, POLLIN, 0}}};
    if (out_end_ < 0 && err_end_ < 0)
        std::this_thread::sleep_for(at_most);
    else
        ::poll(ends.data(), ends.size(), static_cast<int>(at_most.count()));
    if (out_end_ >= 0) drain(out_end_, out_);
    if (err_end_ >= 0) drain(err_end_, err_);
}

// Has it ended?
bool Program::look() {
    if (code_) return true;
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

std::optional<int> Program::wait(Milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (!look() && Clock::now() < end) read(step);
    read(Milliseconds(0));
    return code_;
}

bool Program::says(std::string_view word, Milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (!out_.contains(word)) {
        if (Clock::now() > end) return false;
        const bool is_over = look();
        read(step);
        if (is_over) return out_.contains(word);
    }
    return true;
}

bool Program::tells(std::string_view word, Milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (!out_.contains(word) && !err_.contains(word)) {
        if (Clock::now() > end) return false;
        const bool is_over = look();
        read(step);
        if (is_over) return out_.contains(word) || err_.contains(word);
    }
    return true;
}

nlohmann::json Program::json() const {
    return last_line_of(out_);
}

nlohmann::json Ended::json() const {
    return last_line_of(out);
}

nlohmann::json Answered::json() const {
    return nlohmann::json::parse(body, nullptr, false);
}

Ended run_program(std::vector<std::string> arguments, const Program::Variables& variables) {
    Program program(std::move(arguments), variables);
    const std::optional<int> code = program.wait(std::chrono::seconds(60));
    return {code.value_or(-1), program.out(), program.err()};
}

Directory::Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "playback-node-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

Directory::~Directory() {
    if (path_.empty()) return;
    if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Directory::mount(std::string_view options) {
    const std::string with(options);
    if (::mount("playback-test", path_.c_str(), "tmpfs", 0, with.c_str()) != 0)
        return "cannot mount: " + std::generic_category().message(errno);
    is_mounted_ = true;
    return {};
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Answered post(const std::string& address,
              const std::string& path,
              const nlohmann::json& body,
              const std::string& token) {
    const HttpAnswer answer = post_http(address, path, body.dump(), token);
    return {answer.status, answer.body};
}

Answered get(const std::string& address, const std::string& path) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
    const HttpAnswer answer = exchange_http(address, request);
    return {answer.status, answer.body};
}

}  // namespace playback::testing
