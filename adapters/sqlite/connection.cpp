#include "adapters/sqlite/connection.h"

#include <sqlite3.h>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

constexpr int length_of(std::string_view bytes) {
    return static_cast<int>(bytes.size());
}

Errc errc_of(Trouble trouble) {
    switch (trouble) {
        case Trouble::full:
            return Errc::full;
        case Trouble::corrupt:
            return Errc::corrupt;
        case Trouble::in_use:
            return Errc::in_use;
        case Trouble::sync_failed:
        case Trouble::other:
            return Errc::io_failed;
    }
    return Errc::io_failed;
}

int note_wal_pages(void* pages, sqlite3*, const char*, int count) {
    *static_cast<std::size_t*>(pages) = static_cast<std::size_t>(count);
    return SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

void Statement::bind(int index, std::string_view bytes) {
    // A null pointer would bind NULL instead of no bytes.
    const char* const data = bytes.data() != nullptr ? bytes.data() : "";
    const int code = sqlite3_bind_blob64(
        statement_.get(), index, data, static_cast<sqlite3_uint64>(bytes.size()), SQLITE_STATIC);
    CHECK(code == SQLITE_OK);
}

void Statement::bind(int index, std::uint64_t number) {
    const int code =
        sqlite3_bind_int64(statement_.get(), index, static_cast<sqlite3_int64>(number));
    CHECK(code == SQLITE_OK);
}

Step Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return Step::row;
    return code == SQLITE_DONE ? Step::done : Step::failed;
}

void Statement::reset() {
    sqlite3_reset(statement_.get());  // repeats the error of the step, which was handled there
}

Step Statement::run() {
    const Step outcome = step();
    reset();
    return outcome;
}

std::string_view Statement::bytes(int column) const {
    const void* const data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

void Connection::Close::operator()(sqlite3* connection) const {
    sqlite3_close(connection);
}

Result<Connection> Connection::open(const std::string& path, const std::string& vfs) {
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code =
        sqlite3_open_v2(path.c_str(), &raw, flags, vfs.empty() ? nullptr : vfs.c_str());
    Connection opened;
    opened.connection_.reset(raw);
    CHECK(raw != nullptr);
    if (code != SQLITE_OK) return opened.error("cannot open " + path);
    // Closing happens in destructors, also of killed nodes: it must not write.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // A corrupt schema must not make SQLite run anything, nor our SQL damage the file's structure.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return opened;
}

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const char* const begin = sql.data();  // its length goes along
    const int code = sqlite3_prepare_v3(
        connection_.get(), begin, length_of(sql), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return error("cannot prepare a statement");
    return Statement(raw);
}

Result<void> Connection::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(sql);
    return {};
}

Result<std::string> Connection::text(std::string_view sql) {
    TRY(statement, prepare(sql));
    const Step outcome = statement.step();
    if (outcome == Step::failed) return error(sql);
    if (outcome == Step::done) return std::string();
    return std::string(statement.bytes(0));
}

Result<std::uint64_t> Connection::number(std::string_view sql) {
    TRY(statement, prepare(sql));
    const Step outcome = statement.step();
    if (outcome == Step::failed) return error(sql);
    return outcome == Step::done ? 0 : statement.number(0);
}

Trouble Connection::trouble() const {
    const int code = sqlite3_extended_errcode(connection_.get());
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return Trouble::sync_failed;
    switch (code & 0xff) {
        case SQLITE_FULL:
            return Trouble::full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Trouble::corrupt;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Trouble::in_use;
        default:
            return Trouble::other;
    }
}

Error Connection::error(std::string_view what) const {
    std::string detail(what);
    detail += ": ";
    detail += sqlite3_errmsg(connection_.get());
    const int code = sqlite3_extended_errcode(connection_.get());
    detail += " (SQLite " + std::to_string(code) + ")";
    return {errc_of(trouble()), std::move(detail)};
}

void Connection::roll_back() {
    if (sqlite3_get_autocommit(connection_.get()) != 0) return;
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::read_only() const {
    return sqlite3_db_readonly(connection_.get(), "main") == 1;
}

Result<bool> Connection::checkpoint() {
    int in_log = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (code != SQLITE_OK) return error("cannot copy the write-ahead log");
    return in_log == copied;
}

void Connection::count_wal_pages(std::size_t* pages) {
    sqlite3_wal_hook(connection_.get(), note_wal_pages, pages);
}

void seed_sqlite_random(std::uint64_t seed) {
    // Zero would mean "ask the machine"; the seed is an int there.
    const int small = static_cast<int>((seed ^ (seed >> 32)) & 0x7fffffff) | 1;
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, small, nullptr);
}

}  // namespace playback::adapters
