#include "engine/api/omgservers/registry_scope.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

using Actions = std::vector<std::string>;

// Scenario 28 of omgservers.md section 9.
TEST(RegistryScope, HasRepositoryAndActions) {
    const auto both = parse_scope("repository:ns/img:a,b");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->repository, "ns/img");
    EXPECT_EQ(both->actions, (Actions{"a", "b"}));
    EXPECT_TRUE(both->has_namespace());

    const auto single = parse_scope("repository:351843720888320/7:pull");
    ASSERT_TRUE(single);
    EXPECT_EQ(single->actions, Actions{"pull"});

    const auto bare = parse_scope("repository:img:pull,push");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->repository, "img");
    EXPECT_FALSE(bare->has_namespace());

    EXPECT_EQ(parse_scope("repository:a/b_c.d-e/f:*")->actions, Actions{"*"});
    EXPECT_EQ(parse_scope("repository:a/b:pull,pull")->actions, Actions{"pull"}) << "once";
}

TEST(RegistryScope, RefusesWhatIsNone) {
    for (const char* text : {"",
                             "repository",
                             "repository:",
                             "repository:a/b",
                             "repository:a/b:",
                             "repository:a/b:pull,",
                             "repository:a/b:,pull",
                             "repository:a/b:pull:push",
                             "repository:a/b:pu ll",
                             "repository::pull",
                             "repository:/b:pull",
                             "repository:a/:pull",
                             "repository:a//b:pull",
                             "repository:../b:pull",
                             "repository:a/b?c:pull",
                             "repository:a\xc3\xa4/b:pull",
                             "Repository:a/b:pull",
                             "repository(plugin):a/b:pull",
                             "registry:catalog:*",
                             "image:a/b:pull",
                             ":a/b:pull"})
        EXPECT_FALSE(parse_scope(text)) << text;
    EXPECT_FALSE(parse_scope("repository:" + std::string(256, 'a') + ":pull"));
    EXPECT_TRUE(parse_scope("repository:" + std::string(255, 'a') + ":pull"));
    EXPECT_FALSE(parse_scope("repository:a/b:a,b,c,d,e,f,g,h,i"));
    EXPECT_FALSE(parse_scope("repository:a/b:" + std::string(33, 'p')));
}

TEST(RegistryScope, AListSkipsWhatItCannotRead) {
    std::vector<RegistryScope> scopes;
    add_scopes(scopes, " repository:a/b:pull  nonsense repository:c/d:push ");
    add_scopes(scopes, "");
    add_scopes(scopes, "repository:e/f:pull");
    ASSERT_EQ(scopes.size(), 3U);
    EXPECT_EQ(scopes[0].repository, "a/b");
    EXPECT_EQ(scopes[1].repository, "c/d");
    EXPECT_EQ(scopes[2].repository, "e/f");
}

TEST(RegistryScope, AListHasAnEnd) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "repository:a/b:pull ";
    std::vector<RegistryScope> scopes;
    add_scopes(scopes, text);
    EXPECT_EQ(scopes.size(), scopes_max);
}

}  // namespace
}  // namespace playback::omgservers
