// Records: what a directory remembers of its containers, so that the next node finds what an
// earlier one left: NAME.state beside NAME.log and NAME.log.1.
//
// A record is replaced by renaming, so it is whole or absent. One node at a time: the directory is
// locked. Logs are bounded: two files of log_file_bytes_max, the older one is given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/process/child.h"
#include "engine/base/describe.h"
#include "engine/base/result.h"
#include "engine/io/container_host.h"

namespace playback::adapters::process {

struct RecordLabel {
    std::string name;
    std::string value;
    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "name", self.name);
        visit(2, "value", self.value);
    }
};

struct ContainerRecord {
    std::string name;
    std::vector<RecordLabel> labels;
    std::int32_t pid = 0;
    std::uint64_t started = 0;
    std::string boot;
    std::uint32_t memory_limit = 0;
    bool exited = false;
    std::int32_t exit_code = 0;
    std::string reason;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "name", self.name);
        visit(2, "labels", self.labels);
        visit(3, "pid", self.pid);
        visit(4, "started", self.started);
        visit(5, "boot", self.boot);
        visit(6, "memory_limit", self.memory_limit);
        visit(7, "exited", self.exited);
        visit(8, "exit_code", self.exit_code);
        visit(9, "reason", self.reason);
    }

    [[nodiscard]] io::ContainerStatus status() const;
    [[nodiscard]] ProcessId process() const { return {pid, started}; }
};

std::vector<RecordLabel> record_labels(const io::Labels& labels);

class Records {
public:
    // Makes the directory if need be and locks it. Fails with in_use or io_failed.
    static Result<Records> open(std::string directory);

    // Drops what is not readable: such a record names no process that we may touch.
    [[nodiscard]] std::vector<ContainerRecord> load() const;
    [[nodiscard]] Result<void> save(const ContainerRecord& record) const;
    void erase(const std::string& name) const;  // with its logs

    [[nodiscard]] std::string log_path(const std::string& name) const;

    // Another process may have the directory, until this one locks it again: write nothing then.
    void unlock() { lock_.reset(); }
    // Fails with in_use or io_failed.
    Result<void> lock();

private:
    explicit Records(std::string directory) : directory_(std::move(directory)) {}

    [[nodiscard]] std::string path_of(const std::string& name) const;

    std::string directory_;
    Descriptor lock_;
};

// The output of one container. Writing never fails: what a full disk refuses is lost.
class LogFile {
public:
    static constexpr std::size_t log_file_bytes_max = 10 << 20;

    LogFile() = default;
    explicit LogFile(std::string path);  // starts empty

    void append(std::string_view bytes);

    // The last `bytes_max` bytes of the log at `path`, over both files.
    static std::string tail(const std::string& path, std::size_t bytes_max);

private:
    std::string path_;
    Descriptor file_;
    std::size_t size_ = 0;
};

}  // namespace playback::adapters::process
