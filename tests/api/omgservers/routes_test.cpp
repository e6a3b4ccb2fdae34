#include "engine/api/omgservers/routes.h"

#include <gtest/gtest.h>

#include "engine/services/tokens.h"

namespace playback::omgservers {
namespace {

TEST(Routes, AreFoundByTheirPath) {
    const RouteTable table;
    EXPECT_EQ(table.find("/service/v1/entrypoint/player/request/nothing"), 0U);
    EXPECT_EQ(table.find(""), 0U);
    for (const Route& route : all_routes()) {
        const std::size_t index = table.find(route.path);
        ASSERT_NE(index, 0U) << route.path;
        EXPECT_EQ(RouteTable::at(index).path, route.path);
        EXPECT_EQ(table.names()[index], route.path);
    }
    EXPECT_EQ(table.names().size(), all_routes().size() + 1);
}

// The entrypoint in the path and the role that the route asks for cannot drift apart.
TEST(Routes, TheRoleIsTheEntrypoints) {
    constexpr std::string_view base = "/service/v1/entrypoint/";
    for (const Route& route : all_routes()) {
        if (!route.path.starts_with(base) || route.role == accounts::Role::none) continue;
        const std::string_view rest = route.path.substr(base.size());
        EXPECT_EQ(rest.substr(0, rest.find('/')), services::name_of(route.role)) << route.path;
    }
}

TEST(Routes, AnonymousCallsAreFew) {
    std::size_t anonymous = 0;
    for (const Route& route : all_routes())
        if (route.role == accounts::Role::none && route.access != Access::operation &&
            route.access != Access::socket) {
            ++anonymous;
            EXPECT_TRUE(route.path.ends_with("/create-token") ||
                        route.path.ends_with("player/request/create-user") ||
                        route.path.ends_with("player/request/ping-service") ||
                        // These look for Basic credentials and for a shared secret themselves.
                        route.path.ends_with("docker/request/token") ||
                        route.path.ends_with("registry/request/handle-events"))
                << route.path;
        }
    EXPECT_EQ(anonymous, 11U);
}

}  // namespace
}  // namespace playback::omgservers
