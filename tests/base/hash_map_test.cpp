#include "engine/base/hash_map.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback {
namespace {

struct Tag {};

TEST(HashMap, BehavesAsAMap) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, int>>& steps) {
        HashMap<std::uint64_t, int> map;
        std::map<std::uint64_t, int> model;
        for (const auto& [key, value] : steps) {
            if (value % 3 == 0) {
                RC_ASSERT(map.erase(key) == (model.erase(key) != 0));
            } else if (value % 3 == 1) {
                RC_ASSERT(map.insert(key, value) == model.try_emplace(key, value).second);
            } else {
                map[key] = value;
                model[key] = value;
            }
            RC_ASSERT(map.size() == model.size());
        }
        for (std::uint64_t key = 0; key < 256; ++key) {
            const int* const found = map.find(key);
            RC_ASSERT((found != nullptr) == model.contains(key));
            RC_ASSERT(map.contains(key) == model.contains(key));
            if (found != nullptr) RC_ASSERT(*found == model.at(key));
        }
    }));
}

TEST(HashMap, TakesStringsAndIdsAsKeys) {
    HashMap<std::string, int> names;
    names["alias"] = 1;
    EXPECT_TRUE(names.contains("alias"));
    EXPECT_FALSE(names.contains("other"));
    HashMap<Id<Tag>, std::string> ids;
    EXPECT_TRUE(ids.insert({7}, "seven"));
    EXPECT_FALSE(ids.insert({7}, "again"));
    EXPECT_EQ(*ids.find({7}), "seven");
    ids.clear();
    EXPECT_TRUE(ids.empty());
}

}  // namespace
}  // namespace playback
