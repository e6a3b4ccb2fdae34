// Studio: the people behind a game. Makes a tenant with a deployed version, by the public API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/io/io.h"
#include "scenarios/actors/http_client.h"

namespace playback::scenarios {

struct StudioOptions {
    io::Endpoint target;
    std::string support_user = "support";
    std::string support_password;
    std::string name = "demo";    // alias of tenant, project and stage
    std::string image_tag = "1";  // the image is "<name>/<name>:<tag>"
    std::uint32_t max_assignments = 128;
    std::uint32_t min_lobbies = 1;
    std::uint32_t max_lobbies = 64;
    std::uint32_t max_matches = 0;    // 0: the game has lobbies only
    std::uint32_t drain_seconds = 0;  // of what a newer deployment closes; 0: until it is empty
    Duration patience = seconds(10);
    std::uint32_t attempts = 20;  // of each call, half a second apart
};

// What the studio says of a version and of a deployment: JSON.
std::string_view version_config(const StudioOptions& options);
std::string deployment_config(const StudioOptions& options);

struct Game {
    std::string tenant;
    std::string project;
    std::string stage;
    std::string desk_stage;  // a second one, if it was asked for
    std::string version;
    std::string deployment;
    std::string developer;  // user id
    std::string developer_password;
};

class Studio {
public:
    Studio(const io::Io& io, StudioOptions options);

    // A new tenant, project and stage with their aliases, a developer with all permissions, a
    // version with one image, and a deployment. Fails with the first call that was refused, naming
    // it.
    io::Task<Result<Game>> make_game();

    // A second stage of the same project, that no player knows: clerks deploy to it.
    io::Task<Result<std::string>> add_stage();

    // Deploys once more: a new version of the same game, rolled out over the old one.
    io::Task<Result<std::string>> deploy(const Game& game);

private:
    io::Task<Result<void>> make_tenant(Game& game);
    io::Task<Result<void>> grant(Game& game);
    io::Task<Result<void>> make_version(Game& game);

    // One call; `member` of the answer as text (ids are strings), or empty if none is asked for.
    io::Task<Result<std::string>> call(std::string path, std::string body, std::string member);
    io::Task<Result<void>> log_in(std::string role, std::string user, std::string password);

    io::Io io_;
    StudioOptions options_;
    HttpClient http_;
    std::string token_;
};

}  // namespace playback::scenarios
