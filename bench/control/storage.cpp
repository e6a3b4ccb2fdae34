// SQLite alone, with an fsync for each batch: a batch writes rows and erases those of three batches
// ago, as messages come and go.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include <sqlite3.h>

#include "bench/control/controls.h"

namespace playback::control {
namespace {

constexpr std::uint64_t batches_kept = 3;

double now_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// What fails is said; the first failure ends it all.
class Database {
public:
    explicit Database(const std::string& path) {
        is_fine_ = sqlite3_open(path.c_str(), &connection_) == SQLITE_OK;
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        run("CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID");
        put_ = prepare("INSERT OR REPLACE INTO rows VALUES (?, ?)");
        erase_ = prepare("DELETE FROM rows WHERE key = ?");
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        sqlite3_finalize(put_);
        sqlite3_finalize(erase_);
        sqlite3_close(connection_);
    }

    void run(const char* sql) {
        is_fine_ =
            is_fine_ && sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    void put(const std::string& key, const std::string& value) {
        bind(put_, 1, key);
        bind(put_, 2, value);
        step(put_);
    }
    void erase(const std::string& key) {
        bind(erase_, 1, key);
        step(erase_);
    }
    [[nodiscard]] bool is_fine() const { return is_fine_; }
    [[nodiscard]] const char* problem() { return sqlite3_errmsg(connection_); }

private:
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        is_fine_ =
            is_fine_ && sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr) == SQLITE_OK;
        return statement;
    }
    void bind(sqlite3_stmt* statement, int at, const std::string& bytes) {
        const auto size = static_cast<int>(bytes.size());
        is_fine_ = is_fine_ &&
                   sqlite3_bind_blob(statement, at, bytes.data(), size, SQLITE_STATIC) == SQLITE_OK;
    }
    void step(sqlite3_stmt* statement) {
        is_fine_ = is_fine_ && sqlite3_step(statement) == SQLITE_DONE;
        sqlite3_reset(statement);
    }

    sqlite3* connection_ = nullptr;
    sqlite3_stmt* put_ = nullptr;
    sqlite3_stmt* erase_ = nullptr;
    bool is_fine_ = true;
};

// As long as a key of ours.
std::string key_of(std::uint64_t batch, std::uint64_t number) {
    return "m/" + std::to_string(1'000'000'000 + batch) + "/" + std::to_string(100'000 + number);
}

void write_batch(Database& database,
                 std::uint64_t batch,
                 std::uint64_t rows,
                 const std::string& value) {
    database.run("BEGIN IMMEDIATE");
    for (std::uint64_t i = 0; i < rows; ++i) {
        database.put(key_of(batch, i), value);
        if (batch >= batches_kept) database.erase(key_of(batch - batches_kept, i));
    }
    database.run("COMMIT");
}

}  // namespace

int measure_storage(const StorageOrder& order) {
    Database database(order.path);
    const std::string key = key_of(0, 0);
    // A row is put with its value and erased by its key.
    const std::uint64_t bytes_of_row = order.batch_bytes / order.rows;
    const std::string value(bytes_of_row > 2 * key.size() ? bytes_of_row - 2 * key.size() : 1, 'x');
    const double begin = now_seconds();
    double end = begin;
    std::uint64_t batch = 0;
    for (; end - begin < order.seconds && database.is_fine(); end = now_seconds())
        write_batch(database, batch++, order.rows, value);
    if (!database.is_fine()) {
        std::fprintf(stderr, "SQLite: %s\n", database.problem());
        return 1;
    }
    const auto rows = static_cast<double>(batch * order.rows);
    std::printf("{\"rows_per_second\":%.1f}\n", rows / (end - begin));
    return 0;
}

}  // namespace playback::control
