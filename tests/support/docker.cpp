#include "tests/support/docker.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playback::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr auto start_patience = std::chrono::seconds(40);
constexpr auto stop_patience = std::chrono::seconds(20);
constexpr auto pause_between_looks = milliseconds(25);

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<char*> pointers_to(std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    return pointers;
}

// The daemon ends with the test that started it.
pid_t spawn(std::vector<std::string> arguments, int output, bool ends_with_us) {
    const std::vector<char*> pointers = pointers_to(arguments);
    const pid_t pid = fork();
    if (pid != 0) return pid;
    if (ends_with_us) {
        setsid();
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

template <class Condition>
bool wait_for(Condition condition, milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(pause_between_looks);
    }
    return true;
}

// Sends a request and says whether the answer's first line has the status.
bool request_succeeds(const std::string& socket_path, const std::string& target) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
    std::array<char, 64> answer{};
    bool ok = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: docker\r\n\r\n";
    ok = ok && write(fd, request.data(), request.size()) > 0;
    ok = ok && read(fd, answer.data(), answer.size() - 1) > 0;
    close(fd);
    return ok && std::string_view(answer.data()).starts_with("HTTP/1.1 200");
}

bool belongs_to(const std::string& process, const std::string& directory) {
    if (read_text(process + "/cmdline").contains(directory)) return true;
    std::istringstream mounts(read_text(process + "/mountinfo"));
    for (std::string line; std::getline(mounts, line);) {
        if (line.contains(" / / ") && line.contains(directory)) return true;
    }
    return false;
}

void remove_all_ignoring_errors(const std::string& path) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

}  // namespace

bool without_docker() {
    const char* const value = std::getenv("PLAYBACK_WITHOUT_DOCKER");
    return value != nullptr && std::string_view(value) == "1";
}

CommandOutcome run_command(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    CommandOutcome outcome;
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return outcome;
    const pid_t pid = spawn(arguments, ends[1], false);
    close(ends[1]);
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = read(ends[0], buffer.data(), buffer.size())) > 0;)
        outcome.output.append(buffer.data(), static_cast<std::size_t>(size));
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

PrivateDocker::PrivateDocker() {
    std::string name = (fs::temp_directory_path() / "playback-docker-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) directory_ = name;
}

PrivateDocker::~PrivateDocker() {
    if (directory_.empty()) return;
    if (daemon_ > 0) {
        freeze(false);
        const CommandOutcome all = docker({"ps", "-aq"});
        std::istringstream ids(all.output);
        std::vector<std::string> command{"rm", "-f", "-v"};
        for (std::string id; ids >> id;) command.push_back(id);
        if (all.exit_code == 0 && command.size() > 3) static_cast<void>(docker(command));
        stop();
    }
    end_leftovers();
    unmount_all();
    remove_all_ignoring_errors(directory_);
}

std::string PrivateDocker::start(bool live_restore) {
    if (directory_.empty()) return "cannot make a temporary directory";
    if (geteuid() != 0) return "a private dockerd needs root";
    // Left by a daemon that was killed; with them the next one gives up.
    remove_all_ignoring_errors(directory_ + "/docker.pid");
    remove_all_ignoring_errors(directory_ + "/exec/containerd/containerd.pid");
    launch(live_restore);
    const auto ready = [this] {
        if (waitpid(daemon_, nullptr, WNOHANG) != 0) daemon_ = 0;  // it gave up
        return daemon_ == 0 || answers();
    };
    if (wait_for(ready, start_patience) && daemon_ != 0) return {};
    return "no private dockerd can run here (package docker.io, root): " + log_tail();
}

void PrivateDocker::launch(bool live_restore) {
    std::vector<std::string> arguments{"dockerd",
                                       "--host=unix://" + socket(),
                                       "--data-root=" + directory_ + "/data",
                                       "--exec-root=" + directory_ + "/exec",
                                       "--pidfile=" + directory_ + "/docker.pid",
                                       "--iptables=false",
                                       "--ip6tables=false",
                                       "--bridge=none"};
    if (live_restore) arguments.emplace_back("--live-restore");
    const std::string path = directory_ + "/log";
    const int log = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    daemon_ = spawn(arguments, log, true);
    close(log);
}

void PrivateDocker::kill_hard() {
    if (daemon_ <= 0) return;
    kill(daemon_, SIGKILL);
    waitpid(daemon_, nullptr, 0);
    daemon_ = 0;
}

void PrivateDocker::stop() {
    if (daemon_ <= 0) return;
    kill(daemon_, SIGTERM);
    const auto gone = [this] { return waitpid(daemon_, nullptr, WNOHANG) != 0; };
    if (wait_for(gone, stop_patience))
        daemon_ = 0;
    else
        kill_hard();
}

void PrivateDocker::freeze(bool frozen) const {
    if (daemon_ <= 0) return;
    kill(daemon_, frozen ? SIGSTOP : SIGCONT);
    // It stands still only once its last thread does.
    if (frozen) waitpid(daemon_, nullptr, WUNTRACED);
}

std::string PrivateDocker::import_image(const std::string& name,
                                        const std::string& program,
                                        const std::vector<std::string>& arguments) {
    const fs::path path(program);
    const std::string archive = directory_ + "/image.tar";
    const CommandOutcome packed = run_command(
        {"tar", "-cf", archive, "-C", path.parent_path().string(), path.filename().string()});
    if (packed.exit_code != 0) return "tar: " + packed.output;
    std::string entry = "ENTRYPOINT [\"/" + path.filename().string() + "\"";
    for (const std::string& argument : arguments) entry += ",\"" + argument + "\"";
    entry += "]";
    const CommandOutcome imported = docker({"import", "--change", entry, archive, name});
    remove_all_ignoring_errors(archive);
    return imported.exit_code == 0 ? "" : "docker import: " + imported.output;
}

CommandOutcome PrivateDocker::docker(std::vector<std::string> arguments) const {
    std::vector<std::string> command{"docker", "-H", "unix://" + socket()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command);
}

bool PrivateDocker::answers() const {
    return request_succeeds(socket(), "/_ping");
}

std::string PrivateDocker::log_tail() const {
    constexpr std::size_t tail = 1500;
    std::string text = read_text(directory_ + "/log");
    if (text.size() > tail) text.erase(0, text.size() - tail);
    return text;
}

// Whatever names our directory on its command line (containerd, the shims of containers), and
// whatever has a root of ours (what ran in the containers).
void PrivateDocker::end_leftovers() const {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc", ignored)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid > 1 && pid != getpid() && belongs_to(entry.path().string(), directory_ + "/"))
            kill(pid, SIGKILL);
    }
}

void PrivateDocker::unmount_all() const {
    std::istringstream mounts(read_text("/proc/self/mounts"));
    std::vector<std::string> ours;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string device;
        std::string path;
        fields >> device >> path;
        if (path.starts_with(directory_ + "/")) ours.push_back(path);
    }
    // The newest first: mounts may stand on each other.
    for (auto path = ours.rbegin(); path != ours.rend(); ++path) umount2(path->c_str(), MNT_DETACH);
}

}  // namespace playback::testing
