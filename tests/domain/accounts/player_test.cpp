#include "engine/domain/accounts/player.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/rules.h"

namespace playback::accounts {
namespace {

constexpr kernel::Address ann = player_address(UserId{11}, StageId{22});

lobby::Introduce introduce(std::uint64_t assignment) {
    return {ClientId{1}, RuntimeId{2}, DeploymentId{3}, assignment};
}
lobby::SetProfile set_profile(const std::string& json) {
    return {JsonText::trusted(json)};
}

TEST(Player, IsFoundOrMade) {
    tests::Rules rules;
    rules.add<Player>();
    EXPECT_EQ(rules.ask(ann, GetPlayer{}).error().code, Errc::not_found);
    EXPECT_EQ(rules.ask(ann, EnterStage{}).error().code, Errc::invalid_argument);
    const Result<PlayerEntered> first = rules.ask(ann, EnterStage{TenantId{5}});
    const Result<PlayerEntered> again = rules.ask(ann, EnterStage{TenantId{5}});
    ASSERT_TRUE(first && again);
    EXPECT_TRUE(first->created);
    EXPECT_FALSE(again->created);
    EXPECT_EQ(first->player, again->player);
    const Result<PlayerView> view = rules.ask(ann, GetPlayer{});
    ASSERT_TRUE(view);
    EXPECT_EQ(view->profile.view(), "{}");
    EXPECT_EQ(view->tenant, TenantId{5});
}

TEST(Player, IntroducesItsClientWithWhoItIs) {
    tests::Rules rules;
    rules.add<Player>();
    ASSERT_TRUE(rules.ask(ann, EnterStage{TenantId{5}}));
    rules.tell(ann, introduce(4));
    const auto sent = rules.take_addressed<lobby::AssignClient>();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, address_of(RuntimeId{2}));
    const lobby::AssignClient& message = sent[0].second;
    EXPECT_EQ(message.user, UserId{11});
    EXPECT_EQ(message.stage, StageId{22});
    EXPECT_EQ(message.client, ClientId{1});
    EXPECT_EQ(message.deployment, DeploymentId{3});
    EXPECT_EQ(message.assignment, 4u);
    EXPECT_EQ(message.profile.view(), "{}");
}

// A seat is never left without its guest, and a profile never makes a player.
TEST(Player, WhoNeverEnteredIsIntroducedAndNotMade) {
    tests::Rules rules;
    rules.add<Player>();
    rules.tell(ann, set_profile(R"({"level":1})"));
    rules.tell(ann, introduce(1));
    const auto sent = rules.take<lobby::AssignClient>();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].profile.view(), "{}");
    EXPECT_TRUE(rules.rows_of(ann).empty());
}

TEST(Player, IntroductionsCarryTheNewestProfile) {
    EXPECT_TRUE(
        rc::check("the profile introduced is the last one set", [](const std::vector<bool>& steps) {
            tests::Rules rules;
            rules.add<Player>();
            RC_ASSERT(rules.ask(ann, EnterStage{TenantId{5}}).has_value());
            std::string newest = "{}";
            for (std::size_t i = 0; i < steps.size(); ++i) {
                if (steps[i]) {
                    newest = R"({"level":)" + std::to_string(i) + "}";
                    rules.tell(ann, set_profile(newest));
                    continue;
                }
                rules.tell(ann, introduce(i));
                const auto sent = rules.take<lobby::AssignClient>();
                RC_ASSERT(sent.size() == 1u);
                RC_ASSERT(sent[0].profile.view() == newest);
                RC_ASSERT(rules.ask(ann, GetPlayer{})->profile.view() == newest);
            }
        }));
}

}  // namespace
}  // namespace playback::accounts
