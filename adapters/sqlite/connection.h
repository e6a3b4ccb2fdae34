// Connection and Statement: SQLite's C objects with owners, and its codes as our errors.
//
// One connection, used by one thread at a time (no mutex inside SQLite). Nothing here retries.
// sqlite3.h is included by the .cpp files of this room only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace playback::adapters {

enum class Step : std::uint8_t { row, done, failed };

// What the last failure of a connection means for what was being written.
enum class Trouble : std::uint8_t {
    full,         // no space; SQLite rolled the statement back
    sync_failed,  // an fsync said no: never to be tried again
    corrupt,      // the file does not make sense
    in_use,       // another process holds the file
    other,        // anything else, EIO above all: a write may or may not be there
};

class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    // `bytes` must stay valid until the statement is reset. Indexes start at 1.
    void bind(int index, std::string_view bytes);
    void bind(int index, std::uint64_t number);
    Step step();
    void reset();
    // One step of a statement that returns no rows, then reset.
    Step run();

    // Valid until the next step. Columns start at 0.
    [[nodiscard]] std::string_view bytes(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
public:
    // Opens or creates `path`; reads and writes nothing yet. `vfs` empty: the platform's own.
    static Result<Connection> open(const std::string& path, const std::string& vfs);

    Result<Statement> prepare(std::string_view sql);
    // Runs statements that return nothing of interest.
    Result<void> execute(const char* sql);
    // The first column of the first row, as text.
    Result<std::string> text(std::string_view sql);
    Result<std::uint64_t> number(std::string_view sql);

    // The last failure as an error: corrupt, full, in_use or io_failed with SQLite's words.
    [[nodiscard]] Error error(std::string_view what) const;
    [[nodiscard]] Trouble trouble() const;

    // Rolls back what a failed transaction left open.
    void roll_back();
    [[nodiscard]] bool read_only() const;
    // Copies the log into the database as far as it goes. True if all of it.
    Result<bool> checkpoint();
    // Has `pages` follow the length of the write-ahead log, after each commit.
    void count_wal_pages(std::size_t* pages);

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::unique_ptr<sqlite3, Close> connection_;
};

// Sets SQLite's random generator, which is global to the process and would otherwise be seeded by
// the machine. For the simulator, before each store call; never where there are threads.
void seed_sqlite_random(std::uint64_t seed);

}  // namespace playback::adapters
