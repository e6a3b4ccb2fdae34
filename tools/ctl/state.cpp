#include "tools/ctl/state.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace playback::ctl {
namespace {

using nlohmann::json;

constexpr ::mode_t only_owner = 0600;

// The file, locked; unlocked and closed when this goes.
class LockedFile {
public:
    LockedFile(const std::string& path, int flags, int lock)
        : file_(::open(path.c_str(), flags | O_CLOEXEC, only_owner)) {
        while (file_ >= 0 && ::flock(file_, lock) != 0)
            if (errno != EINTR) forget();
    }
    LockedFile(const LockedFile&) = delete;
    LockedFile& operator=(const LockedFile&) = delete;
    ~LockedFile() {
        if (file_ >= 0) ::close(file_);
    }
    [[nodiscard]] bool is_open() const { return file_ >= 0; }
    [[nodiscard]] int file() const { return file_; }

private:
    void forget() {
        const int why = errno;
        ::close(std::exchange(file_, -1));
        errno = why;
    }

    int file_;
};

Error failed(const std::string& what, const std::string& path) {
    Errc code = Errc::io_failed;
    if (errno == EACCES || errno == EPERM || errno == EROFS) code = Errc::denied;
    if (errno == ENOSPC || errno == EDQUOT) code = Errc::full;
    return {code,
            "cannot " + what + " " + path + " (" + std::generic_category().message(errno) +
                "); --state names another file"};
}

constexpr int to_write = O_RDWR | O_CREAT | O_APPEND;

// Nobody else may read it, whoever made it.
Result<void> close_to_others(int file, const std::string& path) {
    struct ::stat is{};
    if (::fstat(file, &is) != 0) return failed("look at", path);
    if (!S_ISREG(is.st_mode))
        return Error{Errc::denied, path + " is no file; --state names another one"};
    const bool is_open_to_others = (is.st_mode & 077U) != 0;
    if (is_open_to_others && ::fchmod(file, only_owner) != 0)
        return failed("close to others", path);
    return {};
}

Result<std::string> read_all(int file, const std::string& path) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t got =
            ::pread(file, buffer.data(), buffer.size(), static_cast<::off_t>(text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read", path);
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

// Does the file end within a line? Then somebody's write was cut short.
bool ends_within_line(int file, ::off_t size) {
    char last = '\n';
    return size > 0 && ::pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<std::vector<json>> State::read() const {
    const LockedFile locked(path_, O_RDONLY, LOCK_SH);
    if (!locked.is_open()) {
        if (errno == ENOENT) return std::vector<json>();
        return failed("read", path_);
    }
    TRY(text, read_all(locked.file(), path_));
    std::vector<json> entries;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        json entry = json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                 text.begin() + static_cast<std::ptrdiff_t>(end),
                                 nullptr,
                                 false);
        if (entry.is_object()) entries.push_back(std::move(entry));
        at = end + 1;
    }
    return entries;
}

Result<void> State::prepare() const {
    const LockedFile locked(path_, to_write, LOCK_EX);
    if (!locked.is_open()) return failed("write", path_);
    return close_to_others(locked.file(), path_);
}

Result<void> State::append(const json& entry) const {
    const LockedFile locked(path_, to_write, LOCK_EX);
    if (!locked.is_open()) return failed("write", path_);
    TRY_VOID(close_to_others(locked.file(), path_));
    const ::off_t size = ::lseek(locked.file(), 0, SEEK_END);
    if (size < 0) return failed("write", path_);
    std::string line = ends_within_line(locked.file(), size) ? "\n" : "";
    line += entry.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    const ssize_t written = ::write(locked.file(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
        if (written >= 0) errno = ENOSPC;
        const Error error = failed("write", path_);
        // Nothing rather than a part.
        if (::ftruncate(locked.file(), size) != 0) return error;
        return error;
    }
    if (::fdatasync(locked.file()) != 0) return failed("write", path_);
    return {};
}

Result<void> State::purge() const {
    const LockedFile locked(path_, to_write, LOCK_EX);
    if (!locked.is_open()) return failed("empty", path_);
    TRY_VOID(close_to_others(locked.file(), path_));
    if (::ftruncate(locked.file(), 0) != 0 || ::fsync(locked.file()) != 0)
        return failed("empty", path_);
    return {};
}

Result<std::string> state_path(const std::string& asked) {
    if (!asked.empty()) return asked;
    const char* const named = std::getenv("PLAYBACK_CTL_STATE");
    if (named != nullptr && *named != '\0') return std::string(named);
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        return Error{Errc::invalid_argument,
                     "there is no home directory (HOME) to remember things in: say --state FILE"};
    return std::string(home) + "/.playbackctl";
}

}  // namespace playback::ctl
