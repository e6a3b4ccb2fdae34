#include "scenarios/oracles/hosts.h"

#include <algorithm>
#include <string>
#include <utility>

namespace playback::scenarios {

std::uint64_t HostLedger::called(HostDeed deed, std::size_t host, NameOutcome outcome) {
    Book& book = books_[host];
    const bool opens = deed != HostDeed::drain;
    if (outcome == NameOutcome::unknown) {
        book.order = ++orders_;
        if (opens) {
            // One that left and never said how it ended may be heard later than any other.
            book.is_uncertain = book.is_uncertain || book.open > 0;
            ++book.open;
            book.is_drained = false;
        }
        return 0;
    }
    if (opens) {
        book.open = 0;
        return 0;
    }
    const bool counts = outcome == NameOutcome::done && !book.is_uncertain && book.open == 0;
    return counts ? book.order : 0;
}

void HostLedger::placed(std::size_t host,
                        std::uint64_t draining,
                        std::set<std::uint64_t> runtimes) {
    Book& book = books_[host];
    if (draining == 0 || draining != book.order) return;
    book.known = std::move(runtimes);
    book.is_drained = true;
}

void HostLedger::started(std::size_t host, std::uint64_t runtime) {
    const Book& book = books_[host];
    if (!book.is_drained) {
        const auto drains = [](const auto& entry) { return entry.second.is_drained; };
        if (std::ranges::any_of(books_, drains)) court_.check("drained-left-alone");
        return;
    }
    court_.demand(book.known.contains(runtime), "drained-left-alone", "container", [&] {
        return "the container of runtime " + std::to_string(runtime) + " was started on host " +
               std::to_string(host) + ", which drains";
    });
}

}  // namespace playback::scenarios
