#include "engine/domain/matchmaking/ticket_ids.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::matchmaking {
namespace {

TEST(TicketIds, KnowWhichRecordHasWhichId) {
    const bool holds = rc::check("ids", [](const std::vector<std::uint16_t>& steps) {
        TicketIds ids;
        std::map<std::uint64_t, TicketIds::Record> model;
        const int many = *rc::gen::inRange(1, 60);
        const std::uint64_t spread = *rc::gen::element<std::uint64_t>(1, 1U << 20U, 1ULL << 40U);
        std::vector<std::uint64_t> id_of;  // by record
        const auto find = [&](std::uint64_t id) {
            return ids.find(id, [&](TicketIds::Record record) { return id_of[record] == id; });
        };
        for (const std::uint16_t step : steps) {
            for (int i = 0; i < many; ++i) {
                const std::uint64_t id = (step + static_cast<std::uint64_t>(i)) % 600 * spread;
                const auto known = model.find(id);
                RC_ASSERT(find(id).has_value() == (known != model.end()));
                if (known == model.end()) {
                    const auto record = static_cast<TicketIds::Record>(id_of.size());
                    id_of.push_back(id);
                    ids.insert(id, record);
                    model[id] = record;
                } else if (step % 3 != 0) {
                    ids.erase(id, known->second);
                    model.erase(known);
                }
            }
            RC_ASSERT(ids.size() == model.size());
        }
        for (const auto& [id, record] : model) RC_ASSERT(find(id) == record);
    });
    EXPECT_TRUE(holds);
}

TEST(TicketIds, AskWhereHalvesOfTheHashAreAlike) {
    TicketIds ids;
    ids.insert(7, 1);
    EXPECT_EQ(ids.find(7, [](TicketIds::Record record) { return record == 1; }), 1U);
    EXPECT_FALSE(ids.find(7, [](TicketIds::Record) { return false; }).has_value());
}

}  // namespace
}  // namespace playback::matchmaking
