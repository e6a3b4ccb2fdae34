// What a durable message costs: group commit of our store beside SQLite alone writing the same rows
// in the same batches, both with an fsync for each batch.
//
// A message is one row that is written, and erased three batches later. Wall time counts, because
// the disk is what is measured: compare the two of one run (`--benchmark_filter=durable`).
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "adapters/sqlite/row_database.h"
#include "engine/base/check.h"

namespace playback::adapters {
namespace {

constexpr std::uint64_t batches_kept = 3;

// A folder of its own on the disk that the build is on; gone at the end.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::current_path() / "store-bench-XXXXXX").string();
        CHECK(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

std::string key_of(std::uint64_t batch, std::uint64_t number) {
    std::string key = "m/" + std::to_string(1'000'000'000 + batch) + "/" + std::to_string(number);
    return key;
}

void count(benchmark::State& state, std::uint64_t messages) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(messages));
}

void durable_playback(benchmark::State& state) {
    const Folder folder;
    const auto messages = static_cast<std::uint64_t>(state.range(0));
    const std::string value(200, 'x');
    SqliteOptions options;
    options.directory = folder.path();
    auto database = RowDatabase::open(options);
    CHECK(database.has_value());
    RowDatabase& store = **database;
    const Result<io::Epoch> epoch = store.acquire(1);
    CHECK(epoch.has_value());
    std::uint64_t batch = 0;
    for (auto _ : state) {
        io::BatchSection section;
        section.slot = 1;
        section.epoch = *epoch;
        for (std::uint64_t i = 0; i < messages; ++i) {
            section.puts.push_back({key_of(batch, i), value});
            if (batch >= batches_kept) section.erases.push_back(key_of(batch - batches_kept, i));
        }
        ++batch;
        RowDatabase::Commit commit{{}, std::vector<Result<void>>()};
        commit.batch.sections.push_back(std::move(section));
        RowDatabase::Commit* const group[] = {&commit};
        store.commit(group);
        CHECK(commit.outcome.has_value() && commit.outcome->front().has_value());
        while (store.upkeep() != Upkeep::none) store.maintain();  // as when the queue is empty
    }
    count(state, messages);
}

// SQLite with one table and prepared statements, and nothing of ours.
class Alone {
public:
    explicit Alone(const std::string& path) {
        CHECK(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK);
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        run("CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID");
        put_ = prepare("INSERT OR REPLACE INTO rows VALUES (?, ?)");
        erase_ = prepare("DELETE FROM rows WHERE key = ?");
    }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone() {
        sqlite3_finalize(put_);
        sqlite3_finalize(erase_);
        sqlite3_close(connection_);
    }

    void run(const char* sql) {
        CHECK(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
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

private:
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        CHECK(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr) == SQLITE_OK);
        return statement;
    }
    static void bind(sqlite3_stmt* statement, int at, const std::string& bytes) {
        const auto size = static_cast<int>(bytes.size());
        CHECK(sqlite3_bind_blob(statement, at, bytes.data(), size, SQLITE_STATIC) == SQLITE_OK);
    }
    static void step(sqlite3_stmt* statement) {
        CHECK(sqlite3_step(statement) == SQLITE_DONE);
        sqlite3_reset(statement);
    }

    sqlite3* connection_ = nullptr;
    sqlite3_stmt* put_ = nullptr;
    sqlite3_stmt* erase_ = nullptr;
};

void durable_sqlite_alone(benchmark::State& state) {
    const Folder folder;
    const auto messages = static_cast<std::uint64_t>(state.range(0));
    const std::string value(200, 'x');
    Alone alone(folder.path() + "/alone.db");
    std::uint64_t batch = 0;
    for (auto _ : state) {
        alone.run("BEGIN IMMEDIATE");
        for (std::uint64_t i = 0; i < messages; ++i) {
            alone.put(key_of(batch, i), value);
            if (batch >= batches_kept) alone.erase(key_of(batch - batches_kept, i));
        }
        ++batch;
        alone.run("COMMIT");
    }
    count(state, messages);
}

BENCHMARK(durable_playback)->RangeMultiplier(8)->Range(1, 512)->UseRealTime();
BENCHMARK(durable_sqlite_alone)->RangeMultiplier(8)->Range(1, 512)->UseRealTime();

}  // namespace
}  // namespace playback::adapters
