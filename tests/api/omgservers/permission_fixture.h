// PermissionTest: for each call of permission_table.h a request that succeeds if it is let through,
// and everybody who might try.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/api/omgservers/routes.h"
#include "tests/api/omgservers/permission_table.h"
#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {

inline const std::vector<std::string> permission_kinds = {"tenant", "project", "stage"};

// Of an entrypoint "role/method", of all other paths the path itself.
std::string call_of(std::string_view path);
std::string path_of_call(std::string_view call);

class PermissionTest : public SocketTest {
protected:
    explicit PermissionTest(const NodeConfig& with = with_secret());
    static NodeConfig with_secret();

    // A body with which the call succeeds once. What the call ends or uses up is made for it.
    Json body_for(std::string_view call);
    // The call with this token, in the form that its route wants.
    HttpReply try_call(const Route& route,
                       const std::string& body,
                       const std::string& token,
                       const char* peer = "127.0.0.1");

    // Of a developer: the permissions of one kind ("tenant", "project", "stage") in these places.
    void grant(const Person& who, const std::string& kind, Json where, const Json& permissions);
    static Json all_of(const std::string& kind);
    static Json in_game(const std::string& kind);

    std::string version_without_deployment();
    std::string fresh_alias() { return "alias-" + std::to_string(++aliases_); }

    Person player;
    std::string client;

private:
    Json admin_body(std::string_view call);
    Json support_body(std::string_view call);
    Json developer_body(std::string_view call);
    Json deployment_body(std::string_view call);
    Json player_body(std::string_view call);
    Json log_in_body(std::string_view role);
    Json deploy();

    int aliases_ = 0;
};

}  // namespace playback::omgservers
