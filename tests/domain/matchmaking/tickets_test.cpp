#include "engine/domain/matchmaking/tickets.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::matchmaking {
namespace {

TEST(Tickets, AreFoundByIdAndByAge) {
    const bool holds = rc::check("tickets", [](const std::vector<std::uint8_t>& steps) {
        Tickets tickets;
        std::vector<std::uint64_t> ages;  // the oldest first
        std::uint64_t next = 1;
        const int many = *rc::gen::inRange(1, 300);
        for (const std::uint8_t step : steps) {
            for (int i = 0; i < many; ++i) {
                if (step % 4 == 0 && !ages.empty()) {
                    const std::size_t which = step / 4 % ages.size();
                    RC_ASSERT(tickets.remove(ages[which]));
                    RC_ASSERT(!tickets.remove(ages[which]));
                    ages.erase(ages.begin() + static_cast<std::ptrdiff_t>(which));
                } else if (step % 4 == 1) {
                    RC_ASSERT(tickets.add({.id = next}, true).has_value());
                    ages.insert(ages.begin(), next++);
                } else {
                    RC_ASSERT(tickets.add({.id = next}, false).has_value());
                    RC_ASSERT(!tickets.add({.id = next}, false).has_value());
                    ages.push_back(next++);
                }
            }
        }
        RC_ASSERT(tickets.size() == ages.size());
        std::int64_t from = tickets.first_sequence();
        for (std::size_t i = 0; i < ages.size(); ++i) {
            const auto record = tickets.from_age(from);
            RC_ASSERT(record.has_value());
            RC_ASSERT(tickets.at(*record).id == ages[i]);
            RC_ASSERT(tickets.find(ages[i]) == record);
            if (i % 37 == 0) RC_ASSERT(tickets.ahead_of(*record) == i);
            from = tickets.sequence_of(*record) + 1;
        }
        RC_ASSERT(!tickets.from_age(from).has_value());
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::matchmaking
