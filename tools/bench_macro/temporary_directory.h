// TemporaryDirectory: a directory that goes with its owner, also with one that is killed: a process
// of its own waits for that, and removes it.
#pragma once

#include <string>

#include <sys/types.h>

#include "adapters/process/child.h"
#include "engine/base/result.h"

namespace playback::bench {

class TemporaryDirectory {
public:
    // In `parent`. Make it before there are threads.
    static Result<TemporaryDirectory> make(const std::string& parent);
    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    TemporaryDirectory() = default;

    std::string path_;
    pid_t guard_ = 0;
    adapters::process::Descriptor leash_;  // the guard sees when it is closed
};

}  // namespace playback::bench
