#include "engine/domain/catalog/version_config.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/domain/catalog/limits.h"

namespace playback::catalog {
namespace {

VersionConfig good() {
    return {{{"deathmatch", 2, 16, {{"red", 1, 8}, {"blue", 1, 8}}}}, JsonText::trusted("{}")};
}

TEST(VersionConfig, AcceptsWhatTheReferenceAccepts) {
    EXPECT_TRUE(check_version_config(good()));
    EXPECT_TRUE(check_version_config({{}, JsonText::trusted("{}")}));
    VersionConfig odd = good();
    odd.modes.push_back(odd.modes[0]);  // a name twice
    odd.modes[0].min_players = 99;      // more than max_players
    odd.modes[0].groups[1].name = odd.modes[0].groups[0].name;
    odd.modes[1].max_players = 2147483647;
    EXPECT_TRUE(check_version_config(odd));
}

TEST(VersionConfig, NamesTheFieldThatIsWrong) {
    struct Case {
        std::function<void(VersionConfig&)> spoil;
        std::string field;
    };
    const std::string long_name(65, 'x');
    const Case cases[] = {
        {[](VersionConfig& c) { c.whole = {}; }, "config is missing"},
        {[](VersionConfig& c) {
             c.whole = JsonText::trusted(std::string(playback::limits::json_bytes_max + 1, ' '));
         },
         "config is too long"},
        {[&](VersionConfig& c) { c.modes[0].name = long_name; }, "modes[0].name "},
        {[](VersionConfig& c) { c.modes[0].min_players = 0; }, "modes[0].min_players "},
        {[](VersionConfig& c) { c.modes[0].max_players = 0; }, "modes[0].max_players "},
        {[](VersionConfig& c) { c.modes[0].max_players = 2147483648u; }, "modes[0].max_players "},
        {[](VersionConfig& c) { c.modes[0].groups.clear(); }, "modes[0].groups "},
        {[&](VersionConfig& c) { c.modes[0].groups[1].name = long_name; },
         "modes[0].groups[1].name "},
        {[](VersionConfig& c) { c.modes[0].groups[1].min_players = 0; },
         "modes[0].groups[1].min_players "},
        {[](VersionConfig& c) { c.modes[0].groups[0].max_players = 0; },
         "modes[0].groups[0].max_players "},
        {[](VersionConfig& c) { c.modes.resize(limits::modes_max + 1, c.modes[0]); }, "modes "},
        {[](VersionConfig& c) {
             c.modes[0].groups.resize(limits::groups_max + 1, c.modes[0].groups[0]);
         },
         "modes[0].groups "},
    };
    for (const Case& one : cases) {
        VersionConfig config = good();
        one.spoil(config);
        const Result<void> checked = check_version_config(config);
        ASSERT_FALSE(checked) << one.field;
        EXPECT_EQ(checked.error().code, Errc::invalid_argument);
        EXPECT_TRUE(checked.error().detail.starts_with(one.field)) << checked.error().detail;
    }
}

}  // namespace
}  // namespace playback::catalog
