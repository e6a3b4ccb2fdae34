#include "adapters/sqlite/files_vfs.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <sqlite3.h>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::adapters {
namespace {

// SQLite allocates szOsFile bytes and we build this in them; `base` must come first.
struct VfsFile {
    sqlite3_file base{};
    std::unique_ptr<io::File> file;
    io::Files* files = nullptr;
    std::string remove_at_close;
    // Its name may not be durable (a process before us may have made it and died), so the first
    // sync covers the directory too.
    bool sync_directory = false;
};

VfsFile& of(sqlite3_file* file) {
    return *reinterpret_cast<VfsFile*>(file);
}

io::Files& files_of(sqlite3_vfs* vfs) {
    return *static_cast<io::Files*>(vfs->pAppData);
}

int code_of(const Error& error, int io_error) {
    return error.code == Errc::full ? SQLITE_FULL : io_error;
}

int close_file(sqlite3_file* file) {
    VfsFile& self = of(file);
    if (!self.remove_at_close.empty()) (void)self.files->remove(self.remove_at_close);
    self.~VfsFile();
    return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    const std::span<char> wanted(static_cast<char*>(out), static_cast<std::size_t>(size));
    const Result<std::size_t> got = of(file).file->read(static_cast<std::uint64_t>(offset), wanted);
    if (!got) return SQLITE_IOERR_READ;
    if (*got == wanted.size()) return SQLITE_OK;
    std::ranges::fill(wanted.subspan(*got), '\0');  // SQLite asks for this
    return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    const std::string_view view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    const Result<void> written = of(file).file->write(static_cast<std::uint64_t>(offset), view);
    return written ? SQLITE_OK : code_of(written.error(), SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    const Result<void> cut = of(file).file->truncate(static_cast<std::uint64_t>(size));
    return cut ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int sync_file(sqlite3_file* file, int) {
    VfsFile& self = of(file);
    if (PLAYBACK_PLANT(sync_skipped)) return SQLITE_OK;
    if (!self.file->sync() && !PLAYBACK_PLANT(sync_failure_ignored)) return SQLITE_IOERR_FSYNC;
    if (!self.sync_directory) return SQLITE_OK;
    if (!self.files->sync_directory()) return SQLITE_IOERR_DIR_FSYNC;
    self.sync_directory = false;
    return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    const Result<std::uint64_t> known = of(file).file->size();
    if (!known) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(*known);
    return SQLITE_OK;
}

int no_lock(sqlite3_file*, int) {
    return SQLITE_OK;
}

int check_lock(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
}

int no_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
    return 4096;
}

// What SQLite assumes of every Linux disk: a torn write damages nothing beside what it wrote.
int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

constexpr sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = no_lock,
    .xUnlock = no_lock,
    .xCheckReservedLock = check_lock,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;                     // tells SQLite not to close what did not open
    if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files: the store keeps them in memory
    io::Files& files = files_of(vfs);
    const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
    Result<std::unique_ptr<io::File>> opened = files.open(name, create);
    if (!opened) return code_of(opened.error(), SQLITE_CANTOPEN);

    auto* const self = new (file) VfsFile;
    self->file = std::move(*opened);
    self->files = &files;
    const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    self->sync_directory = is_log && create && !PLAYBACK_PLANT(directory_not_synced);
    if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) self->remove_at_close = name;
    self->base.pMethods = &methods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    io::Files& files = files_of(vfs);
    const Result<void> removed = files.remove(name);
    if (!removed)
        return removed.error().code == Errc::not_found ? SQLITE_IOERR_DELETE_NOENT
                                                       : SQLITE_IOERR_DELETE;
    if (sync_directory != 0 && !files.sync_directory()) return SQLITE_IOERR_DIR_FSYNC;
    return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* found) {
    const Result<bool> exists = files_of(vfs).exists(name);
    if (!exists) return SQLITE_IOERR_ACCESS;
    *found = *exists ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    const std::size_t length = std::strlen(name);
    if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, length + 1);
    return SQLITE_OK;
}

// Only ever asked of the default VFS; the store seeds SQLite's generator instead.
int randomness(sqlite3_vfs*, int size, char* out) {
    std::fill_n(out, size, '\0');
    return size;
}

int sleep_not(sqlite3_vfs*, int) {
    return 0;
}

// Milliseconds since noon of 24 November 4714 BC, as SQLite counts; virtual time starts in 2023.
int current_time_ms(sqlite3_vfs* vfs, sqlite3_int64* out) {
    constexpr sqlite3_int64 start = 210'866'760'000'000 + 1'690'056'599'000;
    *out = start + files_of(vfs).now().ns / 1'000'000;
    return SQLITE_OK;
}

int current_time(sqlite3_vfs* vfs, double* out) {
    sqlite3_int64 ms = 0;
    current_time_ms(vfs, &ms);
    *out = static_cast<double>(ms) / 86'400'000.0;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

}  // namespace

struct FilesVfs::Registration {
    sqlite3_vfs vfs{};
};

FilesVfs::FilesVfs(io::Files& files)
    : name_("playback-files-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      registration_(std::make_unique<Registration>()) {
    // The address keeps names apart; SQLite only ever compares them.
    sqlite3_vfs& vfs = registration_->vfs;
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(VfsFile);
    vfs.mxPathname = 1024;
    vfs.zName = name_.c_str();
    vfs.pAppData = &files;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep_not;
    vfs.xCurrentTime = current_time;
    vfs.xCurrentTimeInt64 = current_time_ms;
    vfs.xGetLastError = last_error;
    const int code = sqlite3_vfs_register(&vfs, 0);
    CHECK(code == SQLITE_OK);
}

FilesVfs::~FilesVfs() {
    sqlite3_vfs_unregister(&registration_->vfs);
}

}  // namespace playback::adapters
