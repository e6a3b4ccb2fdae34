#include "adapters/sqlite/directory_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sqlite/real_file.h"

namespace playback::adapters {
namespace {

class Flock final : public io::FileLock {
public:
    explicit Flock(int descriptor) : descriptor_(descriptor) {}
    Flock(const Flock&) = delete;
    Flock& operator=(const Flock&) = delete;
    ~Flock() override { ::close(descriptor_); }

private:
    int descriptor_;
};

}  // namespace

Result<std::unique_ptr<io::FileLock>> lock_directory(const std::string& directory,
                                                     const std::string& name) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return file_error("cannot make data directory " + directory, errno);
    const std::string path = directory + "/" + name;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error("cannot open lock file " + path, errno);
    auto held = std::make_unique<Flock>(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return held;
    if (errno != EWOULDBLOCK) return file_error("cannot lock " + path, errno);
    return Error{Errc::in_use, "data directory " + directory + " is in use by another node"};
}

}  // namespace playback::adapters
