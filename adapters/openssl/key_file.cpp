#include "adapters/openssl/key_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace playback::adapters {
namespace {

constexpr std::size_t secret_bytes_max = std::size_t{64} * 1024;

Error file_error(std::string_view tried, const std::string& path) {
    const int number = errno;
    Errc code = Errc::io_failed;
    if (number == ENOENT) code = Errc::not_found;
    if (number == EACCES || number == EPERM || number == EROFS) code = Errc::denied;
    if (number == EEXIST) code = Errc::already_exists;
    if (number == ENOSPC || number == EDQUOT) code = Errc::full;
    const char* const words = ::strerrordesc_np(number);
    return {code, std::string(tried) + " " + path + ": " + (words != nullptr ? words : "?")};
}

class OpenFile {
public:
    explicit OpenFile(int number) : number_(number) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(file) == 0;
}

bool sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const OpenFile open(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return open.get() >= 0 && ::fsync(open.get()) == 0;
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return file_error("cannot read", path);
    std::string bytes;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error("cannot read", path);
        if (count == 0) return bytes;
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
        if (bytes.size() > secret_bytes_max)
            return Error{Errc::invalid_argument, path + " is too long for a key"};
    }
}

Result<void> create_secret_file(const std::string& path, std::string_view bytes) {
    std::string draft = path + ".XXXXXX";
    const OpenFile file(::mkostemp(draft.data(), O_CLOEXEC));  // mode 0600
    if (file.get() < 0) return file_error("cannot create", path);
    // A link, not a rename: whoever came first keeps the place.
    Result<void> made;
    if (!write_all(file.get(), bytes) || ::link(draft.c_str(), path.c_str()) != 0)
        made = file_error("cannot create", path);
    ::unlink(draft.c_str());
    if (made && !sync_directory_of(path)) made = file_error("cannot sync the directory of", path);
    return made;
}

Result<void> replace_public_file(const std::string& path, std::string_view bytes) {
    std::string draft = path + ".XXXXXX";
    const OpenFile file(::mkostemp(draft.data(), O_CLOEXEC));
    if (file.get() < 0) return file_error("cannot create", path);
    Result<void> made;
    if (!write_all(file.get(), bytes) || ::fchmod(file.get(), 0644) != 0 ||
        ::rename(draft.c_str(), path.c_str()) != 0) {
        made = file_error("cannot replace", path);
        ::unlink(draft.c_str());
    }
    if (made && !sync_directory_of(path)) made = file_error("cannot sync the directory of", path);
    return made;
}

}  // namespace playback::adapters
