// Rows of the store, loaded in order: what it costs to write some more of them in batches of 64,
// and to read one by its key. In this process, without the rest of a node; durability `process`.
#include <algorithm>
#include <ctime>
#include <utility>

#include "adapters/sqlite/row_database.h"
#include "engine/base/random.h"
#include "tools/bench_macro/append_rows.h"
#include "tools/bench_macro/growth.h"

namespace playback::bench {
namespace {

constexpr std::size_t rows_max = 10'000'000;
constexpr std::size_t rows_of_load = 4096;  // in a batch
constexpr std::size_t rows_of_batch = 64;
constexpr std::size_t batches = 300;
constexpr std::size_t reads = 3000;
constexpr std::size_t value_bytes = 100;
constexpr SlotNumber slot = 1;

double cpu_us() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// Keys of a slot begin with its number in two bytes.
std::string key_of(std::size_t number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 12 - std::min<std::size_t>(digits.size(), 12), '0');
    return std::string("\0\1", 2) + "growth/" + digits;
}

class Rows {
public:
    Rows(Bench& bench, std::unique_ptr<adapters::RowDatabase> database, io::Epoch epoch)
        : bench_(bench), database_(std::move(database)), epoch_(epoch) {}

    Result<void> grow_to(std::size_t size) {
        while (count_ < size) {
            if (bench_.is_interrupted()) return Error{Errc::unavailable, "interrupted"};
            TRY_VOID(append(std::min(rows_of_load, size - count_)));
        }
        return {};
    }

    // Microseconds for each row.
    Result<double> write_some() {
        const double begin = cpu_us();
        for (std::size_t i = 0; i < batches; ++i) TRY_VOID(append(rows_of_batch));
        return (cpu_us() - begin) / static_cast<double>(batches * rows_of_batch);
    }
    Result<double> read_some() {
        const double begin = cpu_us();
        for (std::size_t i = 0; i < reads; ++i) {
            const std::size_t number = chance_.below(count_);
            TRY(rows, database_->scan(key_of(number), key_of(number + 1), 1));
            if (rows.size() != 1) return Error{Errc::corrupt, "a row is not there"};
        }
        return (cpu_us() - begin) / static_cast<double>(reads);
    }

private:
    Result<void> append(std::size_t count) {
        io::BatchSection section;
        section.slot = slot;
        section.epoch = epoch_;
        for (std::size_t i = 0; i < count; ++i)
            section.puts.push_back({key_of(count_++), std::string(value_bytes, 'x')});
        return append_rows(*database_, std::move(section));
    }

    Bench& bench_;
    std::unique_ptr<adapters::RowDatabase> database_;
    io::Epoch epoch_;
    std::size_t count_ = 0;
    Random chance_{13};
};

Result<void> run(Bench& bench, const GrowthOptions& options, Growth& writes, Growth& to_read) {
    adapters::SqliteOptions settings;
    settings.directory = bench.place().directory;
    settings.durability = io::Durability::process;
    TRY(database, adapters::RowDatabase::open(settings));
    TRY(epoch, database->acquire(slot));
    Rows rows(bench, std::move(database), epoch);
    for (const std::size_t size : growth_sizes(10'000, rows_max, options.most)) {
        bench.options().tell("growth: " + std::to_string(size) + " stored rows");
        TRY_VOID(rows.grow_to(size));
        TRY(write, rows.write_some());
        TRY(read, rows.read_some());
        writes.points.push_back({static_cast<double>(size), write});
        to_read.points.push_back({static_cast<double>(size), read});
    }
    return {};
}

}  // namespace

std::vector<Growth> stored_rows(Bench& bench, const GrowthOptions& options) {
    Growth writes;
    writes.name = "rows_written";
    writes.title = "row appended, 64 in a batch, with the upkeep that belongs to it";
    writes.unit = "us CPU a row";
    writes.what = "stored rows";
    Growth to_read = writes;
    to_read.name = "rows_read";
    to_read.title = "row read by its key";
    const Result<void> done = run(bench, options, writes, to_read);
    if (!done) writes.problem = to_read.problem = done.error().detail;
    return {writes, to_read};
}

}  // namespace playback::bench
