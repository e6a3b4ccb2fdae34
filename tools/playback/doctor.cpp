#include "tools/playback/doctor.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "adapters/docker/docker_host.h"
#include "adapters/openssl/key_file.h"
#include "adapters/openssl/rsa_signer.h"
#include "adapters/sqlite/directory_lock.h"
#include "engine/base/limits.h"
#include "tools/playback/data_directory.h"
#include "tools/playback/host_registry.h"
#include "tools/playback/probes.h"

namespace playback::tools {
namespace {

namespace fs = std::filesystem;

constexpr Duration daemon_patience = seconds(3);
constexpr std::uint64_t mebi = 1024UL * 1024;
constexpr std::uint64_t room_needed = 64 * mebi;
constexpr std::uint64_t room_wished = 1024 * mebi;
constexpr Duration sync_wished = milliseconds(20);
constexpr std::uint64_t files_needed = 1024;
// Every clock that is right is behind it: this program was made after 2025-01-01.
constexpr std::int64_t program_made_ms = 1'735'689'600'000;
constexpr std::int64_t too_late_ms = 4'102'444'800'000;  // 2100

Finding fine(std::string name, std::string found) {
    return {std::move(name), Health::fine, std::move(found), {}};
}

Finding missing(std::string name, std::string found, std::string mend) {
    return {std::move(name), Health::missing, std::move(found), std::move(mend)};
}

Finding doubtful(std::string name, std::string found, std::string mend) {
    return {std::move(name), Health::doubtful, std::move(found), std::move(mend)};
}

// It signs nothing: the key is only read.
class NoOffload final : public io::Offload {
public:
    io::Task<bool> run(std::move_only_function<void()>, Duration) override { co_return false; }
};

Finding examine_programs(const NodeSettings& settings) {
    for (const auto& [image, program] : settings.process_images) {
        if (::access(program.c_str(), X_OK) == 0) continue;
        std::string found = "process: has no program ";
        found.append(program).append(" for ").append(image);
        return missing(
            "docker", std::move(found), "name a program that can be run with --process-image");
    }
    return fine("docker", "runtimes run as local processes, as --docker process: asks");
}

std::string docker_address(const NodeSettings& settings) {
    if (!settings.docker.empty()) return settings.docker;
    const char* const named = std::getenv("DOCKER_HOST");
    return named != nullptr && *named != '\0' ? named : std::string(usual_docker_address);
}

std::string text_in(const nlohmann::json& object, const char* name) {
    const bool is_there = object.is_object() && object.contains(name) && object[name].is_string();
    return is_there ? object[name].get<std::string>() : std::string();
}

std::string text_of(Duration time) {
    const std::int64_t microseconds_all = time.ns / 1000;
    std::string fraction = std::to_string(microseconds_all % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return std::to_string(microseconds_all / 1000) + "." + fraction + " ms";
}

// "1.41" and later is what the adapter speaks.
bool is_new_enough(const std::string& api) {
    const std::size_t dot = api.find('.');
    if (dot == std::string::npos) return false;
    const int before = std::atoi(api.substr(0, dot).c_str());
    return before > 1 || (before == 1 && std::atoi(api.substr(dot + 1).c_str()) >= 41);
}

}  // namespace

Finding examine_docker(const NodeSettings& settings) {
    if (settings.docker == process_address) return examine_programs(settings);
    const std::string address = docker_address(settings);
    const std::string mend =
        "install and start a Docker daemon (Debian: apt-get install docker.io), let this user "
        "reach it (group docker), or name it with --docker; --docker process: runs local processes";
    const Result<io::Endpoint> endpoint = adapters::docker_endpoint(address);
    if (!endpoint) return missing("docker", address + ": " + endpoint.error().detail, mend);
    const Result<Answered> answered = ask_http(*endpoint, "/version", daemon_patience);
    if (!answered)
        return missing(
            "docker", "no daemon answers at " + address + ": " + answered.error().detail, mend);
    const auto version = nlohmann::json::parse(answered->body, nullptr, false);
    const std::string release = text_in(version, "Version");
    if (answered->status != 200 || release.empty())
        return missing("docker", "what answers at " + address + " is no Docker daemon", mend);
    const std::string api = text_in(version, "ApiVersion");
    const std::string has = "Docker " + release + " (API " + api + ") at " + address;
    if (!is_new_enough(api)) return missing("docker", has, "install Docker 20.10 or later");
    return fine("docker", has);
}

Finding examine_listen(const io::Endpoint& endpoint) {
    const std::string name = io::to_string(endpoint);
    const Result<void> free = try_listen(endpoint);
    if (free) return fine("listen", name + " is free");
    const bool is_taken = free.error().code == Errc::in_use;
    return missing(
        "listen",
        is_taken ? name + " is in use" : "cannot listen on " + name + ": " + free.error().detail,
        is_taken ? "stop who has it (ss -ltnp shows who), or choose another --listen"
                 : "choose another --listen");
}

Finding examine_data(const NodeSettings& settings) {
    const std::string place = existing_part(settings.data);
    const std::string mend =
        "this user must be able to read and write it, or choose another "
        "--data";
    std::error_code ignored;
    if (!fs::is_directory(place, ignored))
        return missing("data", place + " is not a directory", "choose another --data");
    if (::access(place.c_str(), R_OK | W_OK | X_OK) != 0)
        return missing("data", place + " cannot be written", mend);
    if (fs::exists(settings.data + "/playback.lock", ignored)) {
        const auto lock = adapters::lock_directory(settings.data, "playback.lock");
        if (!lock && lock.error().code == Errc::in_use)
            return missing("data",
                           settings.data + " is in use by a node",
                           "stop that node, or choose another --data");
        if (!lock) return missing("data", lock.error().detail, mend);
    }
    const bool is_made = fs::exists(settings.data, ignored);
    return fine("data", settings.data + (is_made ? " can be written" : " can be made"));
}

Finding examine_disk(const NodeSettings& settings) {
    const std::string place = existing_part(settings.data);
    const Result<std::uint64_t> room = free_bytes(place);
    if (!room) return missing("disk", place + ": " + room.error().detail, "choose another --data");
    const std::string has = std::to_string(*room / mebi) + " MiB free";
    const std::string make_room =
        "make room on the disk of " + place + ", or choose another --data";
    if (*room < room_needed) return missing("disk", has, make_room);
    if (settings.durability == io::Durability::memory)
        return fine("disk", has + "; --durability memory writes no data");
    const Result<Duration> time = sync_time(place);
    if (!time)
        return missing(
            "disk",
            has + ", but " + place + " cannot be written and synced: " + time.error().detail,
            time.error().code == Errc::full ? make_room : "choose another --data");
    const std::string both = has + ", a sync takes " + text_of(*time);
    if (*room < room_wished) return doubtful("disk", both, make_room);
    if (settings.durability == io::Durability::full && *time > sync_wished)
        return doubtful("disk",
                        both,
                        "each durable answer waits for a sync: use a disk with a cache that "
                        "outlives a power loss, or --durability process");
    return fine("disk", both);
}

Finding examine_key(const NodeSettings& settings) {
    const std::string mend =
        "give an unencrypted RSA key of at least 2048 bits in PEM form that "
        "this user can read, or another --token-key";
    const Result<std::string> pem = adapters::read_secret_file(settings.token_key);
    if (!pem && pem.error().code == Errc::not_found)
        return fine("token key", settings.token_key + " will be made");
    if (!pem) return missing("token key", pem.error().detail, mend);
    NoOffload nowhere;
    const auto signer = adapters::RsaSigner::from_pem(*pem, nowhere);
    if (!signer)
        return missing("token key", settings.token_key + ": " + signer.error().detail, mend);
    return fine("token key", settings.token_key + " can be read");
}

Finding examine_registry(const std::string& registry) {
    const std::string mend = "start it, or name another --registry";
    const Result<io::Endpoint> endpoint = io::parse_endpoint(registry);
    if (!endpoint)
        return doubtful("registry",
                        registry + " has no port: it is not asked",
                        "Docker reaches it by TLS; see that it does");
    const Result<Answered> answered = ask_http(*endpoint, "/v2/", daemon_patience);
    if (!answered)
        return missing("registry", registry + " does not answer: " + answered.error().detail, mend);
    if (answered->status != 200 && answered->status != 401)
        return missing("registry",
                       registry + " answers " + std::to_string(answered->status) + " to /v2/",
                       "it must be a registry of the distribution, version 2");
    return fine("registry", registry + " answers");
}

Finding examine_files(std::uint64_t files_max) {
    const std::string has = std::to_string(files_max) + " files may be open";
    const std::string mend =
        "raise the hard limit: ulimit -Hn, LimitNOFILE= of a systemd unit, or "
        "/etc/security/limits.conf";
    if (files_max < files_needed) return missing("open files", has, mend);
    const std::uint64_t connections = connections_for(files_max);
    if (connections < limits::connections_max)
        return doubtful("open files",
                        has + ": a node takes " + std::to_string(connections) +
                            " connections, with more files up to " +
                            std::to_string(limits::connections_max),
                        mend);
    return fine("open files", has);
}

Finding examine_clock(std::int64_t wall_ms, bool is_synchronized) {
    const std::string now = iso8601(WallTime{wall_ms});
    if (wall_ms < program_made_ms || wall_ms > too_late_ms)
        return missing("clock", "it says " + now, "set it: tokens carry its time");
    if (!is_synchronized)
        return doubtful("clock",
                        "it says " + now + ", and the kernel knows of nobody who keeps it right",
                        "run an NTP client (Debian: apt-get install chrony)");
    return fine("clock", "it is kept right, and says " + now);
}

std::vector<Finding> examine(const NodeSettings& settings) {
    std::vector<Finding> findings{examine_docker(settings)};
    for (const io::Endpoint& endpoint : settings.config.listen)
        findings.push_back(examine_listen(endpoint));
    findings.push_back(examine_data(settings));
    findings.push_back(examine_disk(settings));
    findings.push_back(examine_key(settings));
    if (!settings.config.registry.empty())
        findings.push_back(examine_registry(settings.config.registry));
    findings.push_back(examine_files(files_max()));
    const ClockState clock = read_clock();
    findings.push_back(examine_clock(clock.wall_ms, clock.is_synchronized));
    return findings;
}

}  // namespace playback::tools
