#include "engine/services/session_cache.h"

#include <gtest/gtest.h>

namespace playback::services {
namespace {

using accounts::Role;

constexpr Instant start{1'000'000'000};

Session session(std::uint64_t subject, Instant ends_at) {
    Session result;
    result.role = Role::player;
    result.subject = subject;
    result.ends_at = ends_at;
    return result;
}

TEST(SessionCache, KnowsATokenUntilItEnds) {
    SessionCache cache(100, 7);
    cache.keep("token-a", session(1, start + seconds(10)));
    EXPECT_EQ(cache.find("token-a", start)->subject, 1U);
    EXPECT_EQ(cache.find("token-a", start + seconds(9))->role, Role::player);
    EXPECT_FALSE(cache.find("token-a", start + seconds(10)));
    EXPECT_FALSE(cache.find("token-b", start));
    EXPECT_FALSE(cache.find("", start));
}

// A token is known whole, though only its end is kept.
TEST(SessionCache, TellsTokensApartThatDifferAnywhere) {
    const std::string head(300, 'h');
    const std::string end(342, 'e');
    SessionCache cache(100, 7);
    cache.keep(head + end, session(1, never));
    EXPECT_EQ(cache.find(head + end, start)->subject, 1U);
    for (std::size_t at = 0; at < head.size() + end.size(); ++at) {
        std::string other = head + end;
        other[at] = 'x';
        EXPECT_FALSE(cache.find(other, start)) << at;
    }
    EXPECT_FALSE(cache.find(end, start));
    EXPECT_FALSE(cache.find("h" + head + end, start));
}

TEST(SessionCache, IsBoundedAndKeepsWhatIsUsed) {
    SessionCache cache(100, 7);
    cache.keep("used", session(1, never));
    for (int i = 0; i < 1000; ++i) {
        cache.keep("token-" + std::to_string(i), session(2, never));
        EXPECT_TRUE(cache.find("used", start)) << i;
        EXPECT_LE(cache.size(), 101U);
    }
    EXPECT_FALSE(cache.find("token-0", start));
    EXPECT_TRUE(cache.find("token-999", start));
}

TEST(SessionCache, ALaterSessionOfTheSameTokenCounts) {
    SessionCache cache(100, 7);
    cache.keep("token", session(1, start + seconds(1)));
    cache.keep("token", session(1, start + seconds(5)));
    EXPECT_TRUE(cache.find("token", start + seconds(3)));
    EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace playback::services
