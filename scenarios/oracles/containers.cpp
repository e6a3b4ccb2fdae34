#include "scenarios/oracles/containers.h"

#include <algorithm>
#include <string>

namespace playback::scenarios {
namespace {

constexpr Duration start_patience = seconds(20);  // of whoever starts one

std::string of_runtime(std::uint64_t runtime) {
    return "the container of runtime " + std::to_string(runtime);
}

}  // namespace

void ContainerLedger::started(std::uint64_t runtime, std::uint64_t attempt) {
    const auto [it, is_first] = books_.try_emplace(runtime);
    Book& book = it->second;
    if (!is_first && attempt == book.attempt) {
        // Somebody may still have been at it who has ended since.
        const bool was_kind =
            court_.was_kind_since(Instant{book.started_at.ns - start_patience.ns});
        court_.demand(!was_kind, "container-kept", "container", [&] {
            return of_runtime(runtime) + " was started again for attempt " +
                   std::to_string(attempt);
        });
    }
    book.started_at = court_.now();
    court_.demand(!book.is_over, "container-wanted", "container", [&] {
        return of_runtime(runtime) + " was started, and the runtime is over";
    });
    court_.demand(book.running == 0, "container-once", "container", [&] {
        return of_runtime(runtime) + " was started, and another one runs";
    });
    court_.demand(attempt >= book.attempt, "container-attempts", "container", [&] {
        return of_runtime(runtime) + " was started for attempt " + std::to_string(attempt) +
               " after " + std::to_string(book.attempt);
    });
    ++book.running;
    book.attempt = std::max(book.attempt, attempt);
}

void ContainerLedger::ended(std::uint64_t runtime) {
    Book& book = books_[runtime];
    if (book.running > 0) --book.running;
}

void ContainerLedger::runtime_over(std::uint64_t runtime) {
    Book& book = books_[runtime];
    if (book.is_over) return;
    book.is_over = true;
    book.over_at = court_.now();
}

void ContainerLedger::look() {
    for (const auto& [runtime, book] : books_) {
        if (!book.is_over || book.running == 0) continue;
        if (court_.now() - book.over_at < grace_ || !court_.was_kind_since(book.over_at)) continue;
        court_.demand(false, "container-gone", "container", [&] {
            return of_runtime(runtime) + " still runs " +
                   std::to_string(whole_milliseconds(court_.now() - book.over_at)) +
                   " ms after the runtime was over";
        });
    }
    court_.check("container-gone");
}

}  // namespace playback::scenarios
