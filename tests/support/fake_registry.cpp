#include "tests/support/fake_registry.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/docker.h"

namespace playback::testing {
namespace {

constexpr const char* manifest_type = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* config_type = "application/vnd.docker.container.image.v1+json";
constexpr const char* layer_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";

constexpr char tls_handshake = 0x16;  // the first byte that such a client sends

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string digest_of(const std::string& bytes, const std::string& directory) {
    constexpr std::size_t hex_digits = 64;
    const std::string path = directory + "/blob";
    std::ofstream(path, std::ios::binary) << bytes;
    return "sha256:" + run_command({"sha256sum", path}).output.substr(0, hex_digits);
}

std::string descriptor(const char* type, const std::string& bytes, const std::string& digest) {
    return std::string(R"({"mediaType":")") + type + R"(","size":)" + std::to_string(bytes.size()) +
           R"(,"digest":")" + digest + R"("})";
}

}  // namespace

FakeRegistry::FakeRegistry(const std::string& program, const std::string& directory) {
    add_image(program, directory);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, SOMAXCONN);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

FakeRegistry::~FakeRegistry() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    for (const int connection : hanging_) close(connection);
}

void FakeRegistry::add_image(const std::string& program, const std::string& directory) {
    const std::filesystem::path path(program);
    const std::string archive = directory + "/layer.tar";
    run_command({"tar", "-cf", archive, "-C", path.parent_path(), path.filename()});
    const std::string layer = read_file(archive);
    const std::string layer_digest = add_blob(layer, directory);
    const std::string config =
        R"({"architecture":"amd64","os":"linux","config":{"Entrypoint":["/)" +
        path.filename().string() + R"("]},"rootfs":{"type":"layers","diff_ids":[")" + layer_digest +
        R"("]}})";
    const std::string config_digest = add_blob(config, directory);
    const std::string manifest = std::string(R"({"schemaVersion":2,"mediaType":")") +
                                 manifest_type + R"(","config":)" +
                                 descriptor(config_type, config, config_digest) + R"(,"layers":[)" +
                                 descriptor(layer_type, layer, layer_digest) + "]}";
    content_["/v2/"] = {"application/json", "{}"};
    content_["/v2/probe/manifests/1"] = {manifest_type, manifest};
    content_["/v2/probe/manifests/" + digest_of(manifest, directory)] = {manifest_type, manifest};
}

std::string FakeRegistry::add_blob(std::string bytes, const std::string& directory) {
    std::string digest = digest_of(bytes, directory);
    content_["/v2/probe/blobs/" + digest] = {"application/octet-stream", std::move(bytes)};
    return digest;
}

void FakeRegistry::serve() {
    while (!stopping_) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection >= 0) answer(connection);
    }
}

void FakeRegistry::answer(int connection) {
    std::array<char, 4096> buffer{};
    std::string request;
    while (!request.contains("\r\n\r\n")) {
        const ssize_t size = ::recv(connection, buffer.data(), buffer.size(), 0);
        if (size <= 0) break;
        request.append(buffer.data(), static_cast<std::size_t>(size));
        if (request.front() == tls_handshake) break;
    }
    // The daemon tries TLS first and takes plain HTTP once that was refused.
    if (request.empty() || request.front() == tls_handshake) {
        close(connection);
        return;
    }
    const std::size_t begin = request.find(' ') + 1;
    const std::string path = request.substr(begin, request.find(' ', begin) - begin);
    if (path.starts_with("/v2/hanging/")) {
        hanging_.push_back(connection);
        return;
    }
    const auto found = content_.find(path);
    const bool exists = found != content_.end();
    const Content missing{
        "application/json",
        R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})"};
    const Content& content = exists ? found->second : missing;
    std::string text = exists ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n";
    text += "Content-Type: " + content.type + "\r\n";
    text += "Content-Length: " + std::to_string(content.bytes.size()) + "\r\n";
    text += "Docker-Distribution-Api-Version: registry/2.0\r\nConnection: close\r\n\r\n";
    if (!request.starts_with("HEAD")) text += content.bytes;
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t size =
            ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) break;
        sent += static_cast<std::size_t>(size);
    }
    close(connection);
}

}  // namespace playback::testing
