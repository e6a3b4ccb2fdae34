#include "tools/playback/data_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/openssl/key_file.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace playback::tools {
namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& tried, int number) {
    Errc code = Errc::io_failed;
    if (number == EACCES || number == EPERM || number == EROFS) code = Errc::denied;
    if (number == ENOSPC || number == EDQUOT) code = Errc::full;
    return {code, tried + ": " + std::generic_category().message(number)};
}

Result<void> write_and_sync(int file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error("cannot write " + path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file) != 0) return file_error("cannot sync " + path, errno);
    return {};
}

// Fixed memory: a failed CHECK must not need an allocator that still works.
std::array<char, 4096>& crash_directory() {
    static std::array<char, 4096> path{};
    return path;
}

void write_crash_file(const CheckSite& site) {
    std::array<char, 4200> path{};
    std::array<char, 2048> text{};
    const auto now = static_cast<long long>(::time(nullptr));
    const int pid = ::getpid();
    std::snprintf(path.data(), path.size(), "%s/%lld-%d.json", crash_directory().data(), now, pid);
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     R"({"version":"%s","time":%lld,"pid":%d,"file":"%s",)"
                                     R"("line":%d,"check":")",
                                     PLAYBACK_VERSION,
                                     now,
                                     pid,
                                     site.file,
                                     site.line);
    std::string_view head(text.data(), std::min(text.size(), static_cast<std::size_t>(length)));
    const int file = ::open(path.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return;
    std::array<char, 1024> expression{};
    std::size_t size = 0;
    for (const char* c = site.expression; *c != '\0' && size + 2 < expression.size(); ++c) {
        if (*c == '"' || *c == '\\') expression[size++] = '\\';
        expression[size++] = *c;
    }
    const std::string_view tail = "\"}\n";
    bool written = ::write(file, head.data(), head.size()) > 0;
    written = written && ::write(file, expression.data(), size) >= 0;
    written = written && ::write(file, tail.data(), tail.size()) > 0;
    if (written) ::fsync(file);
    ::close(file);
}

void on_failed_check(const CheckSite& site) {
    write_crash_file(site);
    std::fprintf(stderr,
                 "playback: CHECK failed: %s at %s:%d; see %s\n",
                 site.expression,
                 site.file,
                 site.line,
                 crash_directory().data());
    std::abort();
}

}  // namespace

Result<void> make_directory(const std::string& directory) {
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure) return file_error("cannot make directory " + directory, failure.value());
    return {};
}

Result<void> check_room(const std::string& directory) {
    std::error_code failed;
    const fs::space_info space = fs::space(directory, failed);
    if (failed) return file_error("cannot ask for the room of " + directory, failed.value());
    if (space.available >= start_room_bytes) return {};
    return Error{Errc::full,
                 "data directory " + directory + ": its disk has " +
                     std::to_string(space.available >> 10U) + " KB left, and a start needs " +
                     std::to_string(start_room_bytes >> 10U)};
}

Result<void> replace_secret_file(const std::string& path, std::string_view bytes) {
    std::string draft = path + ".XXXXXX";
    const int file = ::mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
    if (file < 0) return file_error("cannot create " + path, errno);
    Result<void> done = write_and_sync(file, bytes, path);
    ::close(file);
    if (done && ::rename(draft.c_str(), path.c_str()) != 0)
        done = file_error("cannot replace " + path, errno);
    if (!done) ::unlink(draft.c_str());
    return done;
}

Result<Passwords> read_passwords(const std::string& path) {
    const Result<std::string> text = adapters::read_secret_file(path);
    if (!text && text.error().code == Errc::not_found) return Passwords();
    if (!text) return text.error();
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object()) return Error{Errc::corrupt, path + " is not a JSON object of passwords"};
    Passwords passwords;
    for (const auto& [alias, password] : json.items())
        if (password.is_string()) passwords[alias] = password.get<std::string>();
    return passwords;
}

Result<void> keep_passwords(const std::string& path,
                            const std::vector<GeneratedPassword>& generated) {
    TRY(passwords, read_passwords(path));
    for (const GeneratedPassword& made : generated) passwords[made.alias] = made.password;
    return replace_secret_file(path, nlohmann::json(passwords).dump(2) + "\n");
}

void install_crash_files(const std::string& directory) {
    const std::string path = directory + "/crash";
    static_cast<void>(make_directory(path));  // without it a crash still says what failed
    std::array<char, 4096>& kept = crash_directory();
    std::strncpy(kept.data(), path.c_str(), kept.size() - 1);
    set_check_hook(on_failed_check);
}

std::uint64_t connections_for(std::uint64_t files_max) {
    constexpr std::uint64_t files_beside = 256;
    const std::uint64_t left = files_max - std::min(files_beside, files_max / 2);
    return std::min<std::uint64_t>(left, limits::connections_max);
}

std::uint64_t connections_of_this_process() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? connections_for(limit.rlim_cur)
                                                   : limits::connections_max;
}

void prepare_process() {
    std::signal(SIGPIPE, SIG_IGN);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace playback::tools
