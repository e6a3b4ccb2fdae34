// How often one address may call without a name: each such call, against permission_table.h.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/wire/base64.h"
#include "tests/api/omgservers/permission_fixture.h"

namespace playback::omgservers {
namespace {

class LimitedNode : public PermissionTest {
protected:
    static constexpr int burst = 3;
    static NodeConfig limited() {
        NodeConfig result = with_secret();
        result.anonymous.per_minute = 1;
        result.anonymous.burst = burst;
        return result;
    }
    LimitedNode() : PermissionTest(limited()) {}

    // A call as somebody makes it who wants to get in: with credentials that are right, or not.
    HttpReply knock(const Route& to, const Json& body, bool right, const std::string& peer) {
        const std::string path(to.path);
        if (to.access == Access::get_or_post) {
            const std::string password = right ? "support-pw" : "wrong";
            return exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " +
                                wire::base64_encode("support:" + password) + "\r\n\r\n",
                            peer);
        }
        if (to.access == Access::any_body)
            return exchange(
                request(path, R"({"events":[]})", right ? "the-registry-secret" : "wrong"), peer);
        Json used = body;
        if (!right && used.contains("password")) used["password"] = "wrong";
        return try_call(to, used.dump(), "", peer.c_str());
    }
};

// Each call that needs no token, from an address of its own: where the table says so, it is
// refused when it has been made too often.
TEST_F(LimitedNode, EachAnonymousCallIsLimitedAsTheTableSays) {
    struct Refused {
        const Route* route;
        Json body;
        std::string peer;
    };
    std::vector<Refused> refused;
    int number = 0;
    for (const Rule& rule : permission_table) {
        if (rule.who != Who::anybody && rule.who != Who::own_credentials) continue;
        const std::size_t index = RouteTable().find(path_of_call(rule.call));
        ASSERT_NE(index, 0U) << rule.call;
        const Route& to = RouteTable::at(index);
        const Json body = body_for(rule.call);
        for (const bool right : {true, false}) {
            const std::string peer = "192.0.2." + std::to_string(++number);
            const bool counts =
                rule.limit == Limit::each || (rule.limit == Limit::failures && !right);
            for (int i = 0; i < burst; ++i)
                EXPECT_NE(knock(to, body, right, peer).status, 429) << rule.call;
            const HttpReply next = knock(to, body, right, peer);
            EXPECT_EQ(next.status == 429, counts) << rule.call << " " << next.outcome();
            if (!counts) continue;
            EXPECT_EQ(next.qualifier(), "UNAUTHORIZED_REQUEST") << rule.call;
            EXPECT_TRUE(next.head.contains("Retry-After: ")) << rule.call;
            EXPECT_EQ(knock(to, body, true, peer).status, 429) << "also who knows: " << rule.call;
            refused.push_back({&to, body, peer});
        }
    }
    EXPECT_GT(refused.size(), 15U);
    world.advance(minutes(burst + 1));
    for (const Refused& one : refused)
        EXPECT_NE(knock(*one.route, one.body, true, one.peer).status, 429) << one.route->path;
}

}  // namespace
}  // namespace playback::omgservers
