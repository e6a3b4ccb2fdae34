#include "adapters/process/records.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace playback::adapters::process {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view state_suffix = ".state";
constexpr std::uintmax_t state_bytes_max = 1 << 20;

std::optional<ContainerRecord> read_record(const fs::path& path) {
    std::error_code failed;
    if (fs::file_size(path, failed) > state_bytes_max || failed) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    Result<ContainerRecord> record = decode<ContainerRecord>(bytes);
    if (!file || !record) return std::nullopt;
    if (record->name + std::string(state_suffix) != path.filename()) return std::nullopt;
    return std::move(*record);
}

std::string older(const std::string& path) {
    return path + ".1";
}

std::string tail_of_file(const std::string& path, std::size_t bytes_max) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return {};
    const auto size = static_cast<std::size_t>(file.tellg());
    std::string bytes(std::min(size, bytes_max), '\0');
    file.seekg(static_cast<std::streamoff>(size - bytes.size()));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

}  // namespace

io::ContainerStatus ContainerRecord::status() const {
    io::ContainerStatus status;
    status.name = name;
    for (const RecordLabel& label : labels) status.labels.emplace_back(label.name, label.value);
    status.state = exited ? io::ContainerState::exited : io::ContainerState::running;
    status.exit_code = exit_code;
    status.reason = reason;
    return status;
}

std::vector<RecordLabel> record_labels(const io::Labels& labels) {
    std::vector<RecordLabel> list;
    for (const auto& [name, value] : labels) list.push_back({name, value});
    return list;
}

Result<Records> Records::open(std::string directory) {
    std::error_code failed;
    fs::create_directories(directory, failed);
    if (failed) return Error{Errc::io_failed, "make " + directory + ": " + failed.message()};
    Records records(std::move(directory));
    TRY_VOID(records.lock());
    return records;
}

Result<void> Records::lock() {
    const std::string path = directory_ + "/lock";
    Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return errno_error("open " + path);
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return errno_error("lock " + path);
        return Error{Errc::in_use, directory_ + " belongs to another running node"};
    }
    lock_ = std::move(lock);
    return {};
}

std::vector<ContainerRecord> Records::load() const {
    std::vector<ContainerRecord> records;
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_, failed)) {
        if (entry.path().extension() != state_suffix) continue;
        if (std::optional<ContainerRecord> record = read_record(entry.path()))
            records.push_back(std::move(*record));
        else
            fs::remove(entry.path(), failed);
    }
    return records;
}

Result<void> Records::save(const ContainerRecord& record) const {
    const std::string path = path_of(record.name);
    const std::string fresh = path + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << encode(record);
    file.close();
    if (!file) return errno_error("write " + fresh);
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return errno_error("rename " + fresh);
    return {};
}

void Records::erase(const std::string& name) const {
    std::error_code ignored;
    fs::remove(path_of(name), ignored);
    fs::remove(log_path(name), ignored);
    fs::remove(older(log_path(name)), ignored);
}

std::string Records::path_of(const std::string& name) const {
    return directory_ + "/" + name + std::string(state_suffix);
}

std::string Records::log_path(const std::string& name) const {
    return directory_ + "/" + name + ".log";
}

LogFile::LogFile(std::string path) : path_(std::move(path)) {
    std::error_code ignored;
    fs::remove(older(path_), ignored);
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

void LogFile::append(std::string_view bytes) {
    if (size_ + bytes.size() > log_file_bytes_max) {
        std::rename(path_.c_str(), older(path_).c_str());
        file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        size_ = 0;
    }
    if (!file_) return;
    const ssize_t written = write(file_.get(), bytes.data(), bytes.size());
    if (written > 0) size_ += static_cast<std::size_t>(written);
}

std::string LogFile::tail(const std::string& path, std::size_t bytes_max) {
    std::string bytes = tail_of_file(path, bytes_max);
    if (bytes.size() < bytes_max)
        bytes.insert(0, tail_of_file(older(path), bytes_max - bytes.size()));
    return bytes;
}

}  // namespace playback::adapters::process
