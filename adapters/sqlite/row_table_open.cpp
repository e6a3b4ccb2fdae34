// Opening: whose file is it, is it whole, and what does it know.
#include <string>

#include "adapters/sqlite/row_table.h"

namespace playback::adapters {
namespace {

constexpr std::uint64_t application_id = 0x504c4259;  // "PLBY", in SQLite's file header
constexpr const char* file_name = "playback.db";

constexpr const char* schema =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE log(one INTEGER PRIMARY KEY, number INTEGER NOT NULL, checksum INTEGER NOT NULL,"
    " newest INTEGER NOT NULL);"
    "CREATE TABLE rows(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE epochs(slot INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);"
    "INSERT INTO meta VALUES('application', 'playback');"
    "INSERT INTO meta VALUES('format', '2');"
    "INSERT INTO log VALUES(1, 0, 0, 0);";

}  // namespace

Result<std::unique_ptr<RowTable>> RowTable::open(Options options) {
    std::unique_ptr<RowTable> table(new RowTable(std::move(options)));
    TRY_VOID(table->open_file());
    return table;
}

Result<void> RowTable::open_file() {
    const std::string path = options_.directory + "/" + file_name;
    if (options_.files != nullptr) vfs_.emplace(*options_.files);
    TRY(connection, Connection::open(path, vfs_ ? vfs_->name() : std::string()));
    connection_ = std::move(connection);
    if (connection_.read_only()) return Error{Errc::denied, path + " may not be written"};

    // Exclusive before the first access: the index of the write-ahead log then lives in memory.
    TRY_VOID(connection_.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"));
    const std::string cache = std::to_string(options_.cache_bytes / 1024);
    TRY_VOID(connection_.execute(("PRAGMA cache_size=-" + cache).c_str()));
    bool is_new = false;
    TRY_VOID(check_owner(is_new));
    if (options_.verify && !is_new) {
        TRY(verdict, connection_.text("PRAGMA quick_check(1)"));
        if (verdict != "ok") return Error{Errc::corrupt, "the database is damaged: " + verdict};
    }

    // Nothing above this line writes.
    TRY(mode, connection_.text("PRAGMA journal_mode=WAL"));
    if (mode != "wal") return Error{Errc::unsupported, "the database cannot use a log"};
    TRY_VOID(connection_.execute("PRAGMA synchronous=FULL"));
    connection_.count_wal_pages(
        &wal_pages_);  // replaces SQLite's own checkpoints, which hide errors
    if (is_new) TRY_VOID(create_tables());
    TRY_VOID(check_format());
    TRY_VOID(connection_.execute("PRAGMA synchronous=NORMAL"));
    TRY_VOID(prepare_statements());
    TRY_VOID(load_epochs());
    TRY_VOID(load_folded());
    return start_wal_again();
}

// What a power loss tore off SQLite's log lies behind its end and still fits to it. Were the log
// continued, a second loss could bring that back; started again, it gets new salts.
Result<void> RowTable::start_wal_again() {
    const Result<bool> copied = connection_.checkpoint();
    if (copied) folded_on_disk_ = folded_;
    if (copied || copied.error().code == Errc::full) return {};
    return copied.error();
}

Result<void> RowTable::check_owner(bool& is_new) {
    TRY(tables, connection_.number("SELECT count(*) FROM sqlite_schema"));
    TRY(owner, connection_.number("PRAGMA application_id"));
    TRY(version, connection_.number("PRAGMA user_version"));
    is_new = tables == 0 && owner == 0 && version == 0;
    if (is_new) return {};
    if (owner != application_id)
        return Error{Errc::unsupported, "playback.db belongs to another application"};
    if (version != format)
        return Error{Errc::unsupported,
                     "playback.db has data format " + std::to_string(version) +
                         ", this program reads " + std::to_string(format)};
    return {};
}

Result<void> RowTable::create_tables() {
    const std::string sql = "BEGIN; PRAGMA application_id=" + std::to_string(application_id) +
                            "; PRAGMA user_version=" + std::to_string(format) + ";" + schema +
                            "COMMIT;";
    Result<void> created = connection_.execute(sql.c_str());
    if (!created) connection_.roll_back();
    return created;
}

Result<void> RowTable::check_format() {
    TRY(stored, connection_.text("SELECT value FROM meta WHERE name='format'"));
    if (stored == std::to_string(format)) return {};
    return Error{Errc::corrupt, "playback.db contradicts itself about its data format"};
}

Result<void> RowTable::prepare_statements() {
    struct Wanted {
        Statement* statement;
        const char* sql;
    };
    const Wanted all[] = {
        {&put_row_, "INSERT OR REPLACE INTO rows VALUES(?1, ?2)"},
        {&erase_row_, "DELETE FROM rows WHERE key = ?1"},
        {&read_rows_, "SELECT key, value FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key"},
        {&put_epoch_, "INSERT OR REPLACE INTO epochs VALUES(?1, ?2)"},
        {&put_folded_, "UPDATE log SET number = ?1, checksum = ?2, newest = ?3"},
        {&begin_, "BEGIN IMMEDIATE"},
        {&commit_, "COMMIT"},
    };
    for (const Wanted& wanted : all) {
        TRY(statement, connection_.prepare(wanted.sql));
        *wanted.statement = std::move(statement);
    }
    return {};
}

Result<void> RowTable::load_epochs() {
    epochs_.assign(slot_count_max, 0);
    TRY(all, connection_.prepare("SELECT slot, epoch FROM epochs"));
    Step outcome = all.step();
    for (; outcome == Step::row; outcome = all.step()) {
        if (all.number(0) >= slot_count_max)
            return Error{Errc::corrupt, "epoch of a slot that cannot be"};
        epochs_[all.number(0)] = all.number(1);
    }
    if (outcome == Step::failed) return connection_.error("cannot read the epochs");
    return {};
}

Result<void> RowTable::load_folded() {
    TRY(number, connection_.number("SELECT number FROM log"));
    TRY(checksum, connection_.number("SELECT checksum FROM log"));
    TRY(newest, connection_.number("SELECT newest FROM log"));
    folded_ = {number, checksum};
    newest_at_open_ = newest;
    return {};
}

}  // namespace playback::adapters
