// FilesVfs: SQLite's operating system layer over io::Files, so that SQLite runs on a simulated
// disk.
//
// Registered under a name of its own while it lives, never as the default. For databases in WAL
// mode with locking_mode=EXCLUSIVE: there are no shared-memory methods, and file locks are no-ops
// because the store holds the data directory's own lock. The first sync of a journal or
// write-ahead log covers its directory as well, as on a real system.
#pragma once

#include <memory>
#include <string>

#include "engine/io/files.h"

namespace playback::adapters {

class FilesVfs {
public:
    explicit FilesVfs(io::Files& files);
    FilesVfs(const FilesVfs&) = delete;
    FilesVfs& operator=(const FilesVfs&) = delete;
    ~FilesVfs();  // its connections must be closed

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    struct Registration;
    std::string name_;
    std::unique_ptr<Registration> registration_;
};

}  // namespace playback::adapters
