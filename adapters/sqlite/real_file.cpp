#include "adapters/sqlite/real_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace playback::adapters {
namespace {

// Calls until a signal does not interrupt it.
template <class Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

class RealFile final : public io::File {
public:
    RealFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    RealFile(const RealFile&) = delete;
    RealFile& operator=(const RealFile&) = delete;
    ~RealFile() override { ::close(descriptor_); }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto at = static_cast<off_t>(offset + done);
            const ssize_t got = uninterrupted(
                [&] { return ::pread(descriptor_, out.data() + done, out.size() - done, at); });
            if (got < 0) return file_error("cannot read " + path_, errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Result<void> write(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t done = uninterrupted([&] {
                return ::pwrite(
                    descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            });
            if (done < 0) return file_error("cannot write " + path_, errno);
            offset += static_cast<std::uint64_t>(done);
            bytes.remove_prefix(static_cast<std::size_t>(done));
        }
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        if (uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) == 0)
            return {};
        return file_error("cannot cut " + path_, errno);
    }

    Result<void> sync() override {
        // Once: after a failure the kernel may have dropped what it could not write.
        if (::fdatasync(descriptor_) == 0) return {};
        return file_error("cannot sync " + path_, errno);
    }

    Result<std::uint64_t> size() override {
        struct stat known = {};
        if (::fstat(descriptor_, &known) == 0) return static_cast<std::uint64_t>(known.st_size);
        return file_error("cannot look at " + path_, errno);
    }

private:
    int descriptor_;
    std::string path_;
};

}  // namespace

Error file_error(const std::string& what, int code) {
    Errc errc = Errc::io_failed;
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) errc = Errc::full;
    if (code == EACCES || code == EROFS || code == EPERM) errc = Errc::denied;
    return {errc, what + ": " + std::generic_category().message(code)};
}

Result<std::unique_ptr<io::File>> open_real_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error("cannot open " + path, errno);
    return std::make_unique<RealFile>(descriptor, path);
}

Result<void> sync_real_directory(const std::string& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return file_error("cannot open " + directory, errno);
    const int synced = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    if (synced == 0) return {};
    return file_error("cannot sync " + directory, code);
}

}  // namespace playback::adapters
