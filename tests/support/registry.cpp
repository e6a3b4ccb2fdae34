#include "tests/support/registry.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playback::testing {
namespace {

constexpr auto start_patience = std::chrono::seconds(30);
constexpr auto pause_between_looks = std::chrono::milliseconds(25);

sockaddr_in loopback(unsigned port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string configuration(const std::string& directory,
                          const std::string& host,
                          const std::string& node,
                          const std::string& certificate,
                          const std::string& secret) {
    const std::string entrypoint = "http://" + node + "/service/v1/entrypoint/";
    return "version: 0.1\n"
           "log: {level: warn, accesslog: {disabled: true}}\n"
           "storage:\n"
           "  filesystem: {rootdirectory: " +
           directory +
           "/images}\n"
           "http:\n"
           "  addr: " +
           host +
           "\n"
           "auth:\n"
           "  token:\n"
           "    realm: " +
           entrypoint +
           "docker/request/token\n"
           "    service: registry\n"
           "    issuer: omgservers\n"
           "    rootcertbundle: " +
           certificate +
           "\n"
           "notifications:\n"
           "  endpoints:\n"
           "    - name: playback\n"
           "      url: " +
           entrypoint +
           "registry/request/handle-events\n"
           "      headers: {Authorization: [Bearer " +
           secret +
           "]}\n"
           "      timeout: 5s\n"
           "      threshold: 3\n"
           "      backoff: 200ms\n";
}

}  // namespace

// A socket that is bound and does not listen keeps the port from everybody but who says
// SO_REUSEADDR and names it, as the registry does.
PrivateRegistry::PrivateRegistry(std::string directory) : directory_(std::move(directory)) {
    reserved_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(reserved_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(reserved_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
        ::getsockname(reserved_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
        port_ = ntohs(address.sin_port);
}

PrivateRegistry::~PrivateRegistry() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    ::close(reserved_);
}

std::string PrivateRegistry::start(const std::string& node,
                                   const std::string& certificate,
                                   const std::string& secret) {
    if (port_ == 0) return "no port is free";
    const std::string file = directory_ + "/registry.yml";
    std::ofstream(file) << configuration(directory_, host(), node, certificate, secret);
    const std::string path = directory_ + "/registry.log";
    const int log = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::execlp("docker-registry", "docker-registry", "serve", file.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(log);
    const auto end = std::chrono::steady_clock::now() + start_patience;
    while (!answers()) {
        const bool is_over = ::waitpid(process_, nullptr, WNOHANG) != 0;
        if (is_over) process_ = 0;
        if (is_over || std::chrono::steady_clock::now() > end)
            return "no registry can run here (package docker-registry): " + this->log();
        std::this_thread::sleep_for(pause_between_looks);
    }
    return {};
}

std::string PrivateRegistry::log() const {
    std::ifstream file(directory_ + "/registry.log");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool PrivateRegistry::holds(const std::string& repository) const {
    const std::string kept = directory_ + "/images/docker/registry/v2/repositories/" + repository;
    return std::filesystem::exists(kept + "/_manifests");
}

bool PrivateRegistry::answers() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port_);
    const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return ok;
}

}  // namespace playback::testing
