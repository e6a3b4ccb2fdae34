#include "tools/bench_macro/temporary_directory.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace playback::bench {
namespace {

namespace fs = std::filesystem;
using adapters::process::Descriptor;

// Servers that are killed with their owner may write a little longer.
constexpr int attempts_max = 50;
constexpr auto pause_between_attempts = std::chrono::milliseconds(20);

void remove_whole(const std::string& path) {
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        std::error_code failure;
        fs::remove_all(path, failure);
        if (!failure && !fs::exists(path, failure)) return;
        std::this_thread::sleep_for(pause_between_attempts);
    }
}

// In a group of its own, so that what is sent to ours does not end it.
[[noreturn]] void guard(int leash, const std::string& path) {
    ::setpgid(0, 0);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(stream);
    char byte = 0;
    while (::read(leash, &byte, 1) < 0 && errno == EINTR) {
    }
    remove_whole(path);
    ::_exit(0);
}

}  // namespace

Result<TemporaryDirectory> TemporaryDirectory::make(const std::string& parent) {
    TemporaryDirectory made;
    std::string path = parent + "/playback-bench-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        return adapters::process::errno_error("cannot write to " + parent);
    made.path_ = path;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return adapters::process::errno_error("pipe");
    const Descriptor far_end(ends[0]);
    made.leash_ = Descriptor(ends[1]);
    made.guard_ = ::fork();
    if (made.guard_ < 0) return adapters::process::errno_error("fork");
    if (made.guard_ == 0) {
        made.leash_ = Descriptor();
        guard(far_end.get(), path);
    }
    return made;
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, std::string())),
      guard_(std::exchange(other.guard_, 0)),
      leash_(std::move(other.leash_)) {
}

TemporaryDirectory::~TemporaryDirectory() {
    if (!path_.empty()) remove_whole(path_);
    leash_ = Descriptor();
    if (guard_ > 0) ::waitpid(guard_, nullptr, 0);
}

}  // namespace playback::bench
