// Court: where the oracles say what they have checked and what they found wrong.
//
// An oracle is a small reference model of one promise. It hears of events, in the order in which
// they happened, and complains at once; it asks the court how kind the world was.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace playback::scenarios {

// What went wrong on purpose, by group of the fault catalogue; "" stands for all of them.
using Disturbed = std::function<bool(std::string_view group, Instant from, Instant to)>;

class Court {
public:
    struct Options {
        std::function<Instant()> now;
        // (invariant, entity kind, message)
        std::function<void(std::string, std::string, std::string)> report;
        std::function<void(std::string_view)> checked;
        // Not given: nobody knows (a real world), and whatever needs a kind world is not judged.
        Disturbed disturbed;
    };

    explicit Court(Options options) : options_(std::move(options)) {}

    [[nodiscard]] Instant now() const { return options_.now(); }
    // `invariant` must live as long as the court: a literal.
    void check(std::string_view invariant);
    void violated(std::string_view invariant, std::string_view entity, std::string message);
    // Counts the check; complains if it does not hold.
    template <class Message>
    void demand(bool holds,
                std::string_view invariant,
                std::string_view entity,
                const Message& message) {
        check(invariant);
        if (!holds) violated(invariant, entity, message());
    }

    // Was nothing wrong in the world from `from` to now? A real world never says so.
    [[nodiscard]] bool was_kind_since(Instant from) const;
    [[nodiscard]] bool was_disturbed(std::string_view group, Instant from, Instant to) const;

    // How often each invariant was checked.
    [[nodiscard]] std::map<std::string, std::uint64_t> checks() const;

private:
    struct Count {
        std::string_view invariant;  // a literal: known by its place, which is quick
        std::uint64_t count = 0;
    };
    Options options_;
    std::vector<Count> counts_;
};

}  // namespace playback::scenarios
