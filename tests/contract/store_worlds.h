// The worlds that the store contract is checked in: SQLite on real files and a real thread, SQLite
// on the simulated disk in virtual time, and memory.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <stdlib.h>

#include "adapters/sqlite/memory_store.h"
#include "adapters/sqlite/sqlite_store.h"
#include "sim/disk.h"
#include "tests/contract/store_loop.h"

namespace playback::store_test {

class StoreWorld {
public:
    virtual ~StoreWorld() = default;

    // A process: a loop, a worker and the store, which go together.
    virtual Result<void> open(adapters::SqliteOptions options = {}) = 0;
    // Ends it in good order.
    virtual void close() = 0;
    io::Store& store() { return *store_; }
    // Null in memory.
    adapters::SqliteStore* sqlite() { return dynamic_cast<adapters::SqliteStore*>(store_.get()); }

    [[nodiscard]] virtual bool survives_reopen() const { return true; }
    // The content of a file, and a way to put other content there while closed.
    virtual std::string file(const std::string& name) = 0;
    virtual void set_file(const std::string& content, const std::string& name) = 0;
    // A second process tries to open the same directory.
    virtual Result<void> open_second() = 0;

    template <class T>
    T await(io::Task<T> task) {
        return loop_->await(std::move(task));
    }
    io::Epoch acquire(SlotNumber slot) { return *await(store().acquire(slot)); }
    Result<std::vector<Result<void>>> commit(io::Batch batch) {
        return await(store().commit(std::move(batch)));
    }
    std::vector<io::Row> scan(std::string from, std::string to, std::size_t limit = 1'000'000) {
        return *await(store().scan(std::move(from), std::move(to), limit));
    }
    // Lets the store finish its upkeep.
    void settle() {
        while (sqlite() != nullptr && !sqlite()->idle()) {
            if (!loop_->step()) loop_->wait_for_threads();
        }
    }

protected:
    Instant now_;
    std::unique_ptr<StoreLoop> loop_;
    std::unique_ptr<io::Worker> log_worker_, table_worker_;
    std::unique_ptr<io::Store> store_;
};

class MemoryWorld final : public StoreWorld {
public:
    Result<void> open(adapters::SqliteOptions = {}) override {
        loop_ = std::make_unique<StoreLoop>(now_);
        store_ = std::make_unique<adapters::MemoryStore>();
        return {};
    }
    void close() override {
        loop_.reset();
        store_.reset();
    }
    [[nodiscard]] bool survives_reopen() const override { return false; }
    std::string file(const std::string&) override { return {}; }
    void set_file(const std::string&, const std::string&) override {}
    Result<void> open_second() override { return {}; }
};

class RealWorld final : public StoreWorld {
public:
    RealWorld() {
        std::string pattern = std::filesystem::temp_directory_path() / "playback-store-XXXXXX";
        CHECK(::mkdtemp(pattern.data()) != nullptr);
        directory_ = pattern;
    }
    ~RealWorld() override {
        close();
        std::filesystem::remove_all(directory_);
    }
    Result<void> open(adapters::SqliteOptions options = {}) override {
        loop_ = std::make_unique<StoreLoop>(now_);
        log_worker_ = std::make_unique<ThreadWorker>(*loop_);
        table_worker_ = std::make_unique<ThreadWorker>(*loop_);
        options.directory = directory_;
        auto opened =
            adapters::SqliteStore::open(std::move(options), {*log_worker_, *table_worker_});
        if (!opened) return opened.error();
        store_ = std::move(*opened);
        return {};
    }
    void close() override {
        log_worker_.reset();
        table_worker_.reset();
        loop_.reset();
        store_.reset();
    }
    std::string file(const std::string& name) override {
        std::ifstream in(directory_ + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    void set_file(const std::string& content, const std::string& name) override {
        std::filesystem::remove(directory_ + "/playback.db-wal");
        std::ofstream out(directory_ + "/" + name, std::ios::binary);
        out << content;
    }
    Result<void> open_second() override {
        adapters::SqliteOptions options;
        options.directory = directory_;
        const auto opened =
            adapters::SqliteStore::open(std::move(options), {*log_worker_, *table_worker_});
        return opened ? Result<void>() : Result<void>(opened.error());
    }
    [[nodiscard]] const std::string& directory() const { return directory_; }

private:
    std::string directory_;
};

class SimulatedWorld final : public StoreWorld {
public:
    explicit SimulatedWorld(std::uint64_t seed = 1, sim::DiskProfile profile = {})
        : disk_(
              1,
              Random::stream(seed, "disk"),
              profile,
              [this] { return now_; },
              trace_),
          sqlite_random_(Random::stream(seed, "sqlite")) {}
    ~SimulatedWorld() override { SimulatedWorld::close(); }

    Result<void> open(adapters::SqliteOptions options = {}) override {
        loop_ = std::make_unique<StoreLoop>(now_);
        const auto completion = [this] { return disk_.last_completion(); };
        log_worker_ = std::make_unique<VirtualWorker>(*loop_, now_, completion);
        table_worker_ = std::make_unique<VirtualWorker>(*loop_, now_, completion);
        auto opened = adapters::SqliteStore::open(with_disk(std::move(options)),
                                                  {*log_worker_, *table_worker_});
        now_ = disk_.last_completion();
        if (!opened) return opened.error();
        store_ = std::move(*opened);
        return {};
    }
    void close() override {
        loop_.reset();
        store_.reset();
        log_worker_.reset();
        table_worker_.reset();
    }
    std::string file(const std::string& name) override { return disk_.image()["/data/" + name]; }
    void set_file(const std::string& content, const std::string& name) override {
        sim::DiskImage image = disk_.image();
        image.erase("/data/playback.db-wal");
        image["/data/" + name] = content;
        disk_.load(image);
    }
    Result<void> open_second() override {
        const auto opened =
            adapters::SqliteStore::open(with_disk({}), {*log_worker_, *table_worker_});
        return opened ? Result<void>() : Result<void>(opened.error());
    }

    sim::Disk& disk() { return disk_; }
    sim::Trace& trace() { return trace_; }
    [[nodiscard]] Instant& now() { return now_; }
    StoreLoop& loop() { return *loop_; }
    // As when a node is killed: the disk first, then coroutines, then the store.
    void kill() {
        disk_.kill();
        close();
    }
    void lose_power() {
        disk_.power_loss();
        close();
    }

private:
    adapters::SqliteOptions with_disk(adapters::SqliteOptions options) {
        options.directory = "/data";
        options.files = &disk_;
        options.before_call = [this] { adapters::seed_sqlite_random(sqlite_random_.next()); };
        return options;
    }

    sim::Trace trace_;
    sim::Disk disk_;
    Random sqlite_random_;
};

}  // namespace playback::store_test
