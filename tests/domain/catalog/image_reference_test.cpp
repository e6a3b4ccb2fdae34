#include "engine/domain/catalog/image_reference.h"

#include <string>

#include <gtest/gtest.h>

#include "engine/domain/catalog/values.h"

namespace playback::catalog {
namespace {

TEST(ImageReference, HasThreeParts) {
    const Result<ImageReference> parts = parse_image_reference("acme/my-game:1.0_rc-2");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->space, "acme");
    EXPECT_EQ(parts->name, "my-game");
    EXPECT_EQ(parts->tag, "1.0_rc-2");
    EXPECT_TRUE(parse_image_reference("7/8:1700000000000"));
    EXPECT_TRUE(parse_image_reference("a/b:" + std::string(128, 't')));
}

TEST(ImageReference, OrTheFormOfTheOlderGeneration) {
    for (const char* const kind : {"universal", "lobby", "match"}) {
        const std::string text = std::string("omgservers/7/my-game/") + kind + ":351843720888320";
        const Result<ImageReference> parts = parse_image_reference(text);
        ASSERT_TRUE(parts) << text;
        EXPECT_EQ(parts->space, "7");
        EXPECT_EQ(parts->name, "my-game");
        EXPECT_EQ(parts->tag, "351843720888320");
    }
    // A tenant may be called so too.
    EXPECT_EQ(parse_image_reference("omgservers/lobby:1")->name, "lobby");
    for (const char* text : {"omgservers/7/8/other:1",
                             "omgservers/7/8:1",
                             "omgservers/7/lobby:1",
                             "omgservers//8/lobby:1",
                             "omgservers/7//lobby:1",
                             "omgservers/7/8/9/lobby:1",
                             "omgservers/7/8/lobby:",
                             "other/7/8/lobby:1"})
        EXPECT_FALSE(parse_image_reference(text)) << text;
}

TEST(ImageReference, ARepositoryIsOneWithoutATag) {
    const Repository parts = parse_repository("acme/game");
    EXPECT_EQ(parts.space, "acme");
    EXPECT_EQ(parts.name, "game");
    EXPECT_EQ(parts.p1_kind, "");
    EXPECT_EQ(parse_repository("omgservers/acme/game/match").p1_kind, "match");
    for (const char* text : {"", "acme", "acme/", "/game", "a/b/c", "a/b:1", "a/..", "omgservers/"})
        EXPECT_EQ(parse_repository(text).space, "") << text;
}

TEST(ImageReference, RefusesEverythingElse) {
    const std::string wrong[] = {"",
                                 "a",
                                 "a/b",
                                 "a:1",
                                 "/b:1",
                                 "a/:1",
                                 "a/b:",
                                 "a/b/c:1",
                                 "host:5000/a/b:1",
                                 "a/b:1:2",
                                 "a/b@sha256:00",
                                 "a/b:1 ",
                                 " a/b:1",
                                 "a/b:-1",
                                 "-a/b:1",
                                 "../b:1",
                                 "a/b:\n",
                                 "\xc3\xa4/b:1",
                                 "a/b:" + std::string(129, 't'),
                                 std::string(1021, 'a') + "/b:1"};
    for (const std::string& text : wrong) {
        const Result<ImageReference> parts = parse_image_reference(text);
        ASSERT_FALSE(parts) << text;
        EXPECT_EQ(parts.error().code, Errc::invalid_argument) << text;
        EXPECT_EQ(parts.error().detail, refusal::wrong_argument) << text;
    }
}

}  // namespace
}  // namespace playback::catalog
