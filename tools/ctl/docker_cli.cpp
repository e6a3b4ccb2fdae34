#include "tools/ctl/docker_cli.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playback::ctl {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration ping_patience = seconds(10);
constexpr Duration tag_patience = seconds(30);
constexpr Duration login_patience = seconds(30);
constexpr Duration push_patience = seconds(60);
constexpr std::size_t output_kept = 2000;
constexpr int no_such_program = 127;

// A descriptor that is closed when this goes.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void set(int number) {
        close();
        number_ = number;
    }
    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

struct Child {
    ::pid_t pid = 0;
    Descriptor input;
    Descriptor output;
};

Error cannot_start(const std::string& program) {
    return {Errc::io_failed,
            "cannot start " + program + ": " + std::generic_category().message(errno)};
}

Result<void> start(const std::vector<std::string>& words, Child& child) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0) return cannot_start(words.front());
    const Descriptor input_end(input[0]);
    child.input.set(input[1]);
    if (::pipe2(output.data(), O_CLOEXEC) != 0) return cannot_start(words.front());
    child.output.set(output[0]);
    const Descriptor output_end(output[1]);
    std::vector<std::string> kept = words;
    std::vector<char*> pointers;
    pointers.reserve(kept.size() + 1);
    for (std::string& word : kept) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    child.pid = ::fork();
    if (child.pid < 0) return cannot_start(words.front());
    if (child.pid == 0) {
        ::setpgid(0, 0);  // so that its own children end with it
        ::dup2(input_end.number(), STDIN_FILENO);
        ::dup2(output_end.number(), STDOUT_FILENO);
        ::dup2(output_end.number(), STDERR_FILENO);
        ::execvp(pointers[0], pointers.data());
        ::_exit(no_such_program);
    }
    ::setpgid(child.pid, child.pid);
    ::fcntl(child.input.number(), F_SETFL, O_NONBLOCK);
    return {};
}

// Feeds and hears it until it closes its output; false if the time is over before.
bool talk(Child& child, const std::string& input, SteadyClock::time_point end, std::string& said) {
    std::size_t given = 0;
    std::array<char, 4096> buffer{};
    while (child.output.is_open()) {
        if (given == input.size()) child.input.close();
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now());
        if (left.count() <= 0) return false;
        std::array<::pollfd, 2> wanted{
            {{child.output.number(), POLLIN, 0}, {child.input.number(), POLLOUT, 0}}};
        if (::poll(wanted.data(), child.input.is_open() ? 2 : 1, static_cast<int>(left.count())) <
                0 &&
            errno != EINTR)
            return false;
        if (child.input.is_open() && wanted[1].revents != 0) {
            const ssize_t put =
                ::write(child.input.number(), input.data() + given, input.size() - given);
            if (put < 0 && errno != EAGAIN && errno != EINTR) given = input.size();
            if (put > 0) given += static_cast<std::size_t>(put);
        }
        if (wanted[0].revents == 0) continue;
        const ssize_t got = ::read(child.output.number(), buffer.data(), buffer.size());
        if (got > 0) said.append(buffer.data(), static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EINTR)) child.output.close();
        if (said.size() > 2 * output_kept) said.erase(0, said.size() - output_kept);
    }
    return true;
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (text.size() > output_kept) text.erase(0, text.size() - output_kept);
    return text;
}

// Where the user's docker talks to, if its context says so.
std::string host_of_context() {
    if (std::getenv("DOCKER_HOST") != nullptr) return {};
    const std::vector<std::string> words{
        "docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"};
    Result<std::string> said = run_command(words, "", ping_patience);
    const bool is_address = said && said->find("://") != std::string::npos;
    return is_address && said->find_first_of(" \n") == std::string::npos ? *said : std::string();
}

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& words,
                                const std::string& input,
                                Duration patience) {
    Child child;
    ::signal(SIGPIPE, SIG_IGN);  // a child that does not read its input is no reason to die
    TRY_VOID(start(words, child));
    const auto end = SteadyClock::now() + std::chrono::nanoseconds(patience.ns);
    std::string said;
    const bool is_over = talk(child, input, end, said);
    if (!is_over) ::kill(-child.pid, SIGKILL);
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) continue;
    if (!is_over)
        return Error{Errc::timed_out,
                     words.front() + " took longer than " +
                         std::to_string(patience.ns / 1'000'000'000) + " s: " + trimmed(said)};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return trimmed(said);
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_such_program)
        return Error{Errc::not_found, "there is no program " + words.front()};
    return Error{Errc::refused, trimmed(said)};
}

DockerCli::~DockerCli() {
    std::error_code ignored;
    if (!config_.empty()) std::filesystem::remove_all(config_, ignored);
}

Result<void> DockerCli::ping() {
    const std::vector<std::string> words{"docker", "version", "--format", "{{.Server.Version}}"};
    const Result<std::string> said = run_command(words, "", ping_patience);
    if (!said) return Error{Errc::unavailable, "Docker does not answer: " + said.error().detail};
    return {};
}

Result<void> DockerCli::tag(const std::string& image, const std::string& reference) {
    const std::vector<std::string> words{"docker", "tag", image, reference};
    const Result<std::string> said = run_command(words, "", tag_patience);
    if (!said)
        return Error{Errc::refused,
                     "docker cannot tag " + image + ": " + said.error().detail +
                         ". Is it in `docker images`?"};
    return {};
}

Result<void> DockerCli::push(const std::string& registry,
                             const std::string& user,
                             const std::string& password,
                             const std::string& reference) {
    host_ = host_of_context();
    std::string directory = std::filesystem::temp_directory_path() / "playback-ctl-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr)
        return Error{Errc::io_failed, "cannot make a directory for docker's log-in"};
    config_ = directory;
    std::vector<std::string> docker{"docker", "--config", config_};
    if (!host_.empty()) docker.insert(docker.end(), {"--host", host_});
    std::vector<std::string> login = docker;
    login.insert(login.end(), {"login", "--username", user, "--password-stdin", registry});
    const Result<std::string> in = run_command(login, password, login_patience);
    if (!in)
        return Error{Errc::refused,
                     "docker cannot log in to " + registry + ": " + in.error().detail +
                         ". Is a registry there (-r of config installation use-custom)? If the "
                         "node has none: --no-push"};
    std::vector<std::string> push = docker;
    push.insert(push.end(), {"push", reference});
    const Result<std::string> out = run_command(push, "", push_patience);
    if (!out)
        return Error{out.error().code,
                     "docker cannot push " + reference + ": " + out.error().detail};
    return {};
}

}  // namespace playback::ctl
