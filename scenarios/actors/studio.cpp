#include "scenarios/actors/studio.h"

#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/modes.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

constexpr Duration retry_pause = milliseconds(500);

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

// Strings, then values that are JSON already.
std::string body_of(const Fields& fields, const Fields& values = {}) {
    std::string body;
    wire::JsonWriter out(body);
    out.object();
    for (const auto& [key, value] : fields) out.key(key).string(value);
    for (const auto& [key, value] : values) out.key(key).raw(JsonText::trusted(value));
    out.end_object();
    return body;
}

constexpr std::string_view config_of_lobbies =
    R"({"version":"V1","modes":[{"name":"arcade","min_players":1,"max_players":16,)"
    R"("groups":[{"name":"players","min_players":1,"max_players":16}]}],"user_data":{}})";

std::string answer_in_words(const HttpAnswer& answer) {
    return std::to_string(answer.status) + " " + answer.body;
}

}  // namespace

std::string_view version_config(const StudioOptions& options) {
    return options.max_matches != 0 ? config_with_matches : config_of_lobbies;
}

std::string deployment_config(const StudioOptions& options) {
    std::string config;
    wire::JsonWriter out(config);
    out.object().key("version").string("V1").key("min_lobbies").integer(options.min_lobbies);
    out.key("max_lobbies").integer(options.max_lobbies).key("lobby").object();
    out.key("max_assignments").integer(options.max_assignments).end_object();
    out.key("matchmaker").object().key("max_matches").integer(options.max_matches).end_object();
    if (options.drain_seconds != 0) out.key("drain_seconds").integer(options.drain_seconds);
    out.end_object();
    return config;
}

Studio::Studio(const io::Io& io, StudioOptions options)
    : io_(io), options_(std::move(options)), http_(io_, options_.target) {
}

io::Task<Result<Game>> Studio::make_game() {
    Game game;
    Result<void> done =
        co_await log_in("support", options_.support_user, options_.support_password);
    if (done) done = co_await make_tenant(game);
    if (done) done = co_await grant(game);
    if (done) done = co_await log_in("developer", game.developer, game.developer_password);
    if (done) done = co_await make_version(game);
    if (!done) co_return done.error();
    co_return game;
}

io::Task<Result<void>> Studio::make_tenant(Game& game) {
    auto tenant = co_await call(path_of("support", "create-tenant"), "{}", "id");
    if (!tenant) co_return tenant.error();
    game.tenant = *tenant;
    const Fields tenant_alias{{"tenant_id", game.tenant}, {"alias", options_.name}};
    auto made = co_await call(path_of("support", "create-tenant-alias"), body_of(tenant_alias), "");
    if (!made) co_return made.error();

    const Fields in_tenant{{"tenant", game.tenant}};
    auto project = co_await call(path_of("support", "create-project"), body_of(in_tenant), "*");
    if (!project) co_return project.error();
    wire::JsonReader in(*project);
    in.object([&](std::string_view name) {
        if (name == "project_id")
            game.project = in.string_or_number();
        else if (name == "stage_id")
            game.stage = in.string_or_number();
    });
    const Fields project_alias{
        {"tenant", game.tenant}, {"project_id", game.project}, {"alias", options_.name}};
    made = co_await call(path_of("support", "create-project-alias"), body_of(project_alias), "");
    if (!made) co_return made.error();
    const Fields stage_alias{
        {"tenant", game.tenant}, {"stage_id", game.stage}, {"alias", options_.name}};
    made = co_await call(path_of("support", "create-stage-alias"), body_of(stage_alias), "");
    if (!made) co_return made.error();
    co_return Result<void>();
}

io::Task<Result<void>> Studio::grant(Game& game) {
    auto developer = co_await call(path_of("support", "create-developer"), "{}", "*");
    if (!developer) co_return developer.error();
    wire::JsonReader in(*developer);
    in.object([&](std::string_view name) {
        if (name == "user_id")
            game.developer = in.string_or_number();
        else if (name == "password")
            game.developer_password = in.string();
    });
    const Fields tenant{{"tenant", game.tenant}, {"user", game.developer}};
    const Fields tenant_rights{{"permissions_to_create", R"(["PROJECT_MANAGER","TENANT_VIEWER"])"}};
    std::string body = body_of(tenant, tenant_rights);
    auto made = co_await call(path_of("support", "create-tenant-permissions"), std::move(body), "");
    if (!made) co_return made.error();
    const Fields project{
        {"tenant", game.tenant}, {"project", game.project}, {"user", game.developer}};
    const Fields project_rights{
        {"permissions_to_create", R"(["STAGE_MANAGER","VERSION_MANAGER","PROJECT_VIEWER"])"}};
    body = body_of(project, project_rights);
    made = co_await call(path_of("support", "create-project-permissions"), std::move(body), "");
    if (!made) co_return made.error();
    const Fields stage{{"tenant", game.tenant},
                       {"project", game.project},
                       {"stage", game.stage},
                       {"user", game.developer}};
    const Fields stage_rights{
        {"permissions_to_create", R"(["DEPLOYMENT_MANAGER","STAGE_VIEWER"])"}};
    body = body_of(stage, stage_rights);
    made = co_await call(path_of("support", "create-stage-permissions"), std::move(body), "");
    if (!made) co_return made.error();
    co_return Result<void>();
}

io::Task<Result<void>> Studio::make_version(Game& game) {
    const Fields names{{"tenant", options_.name}, {"project", options_.name}};
    const Fields config{{"config", version_config(options_)}};
    std::string body = body_of(names, config);
    auto version =
        co_await call(path_of("developer", "create-version"), std::move(body), "version_id");
    if (!version) co_return version.error();
    game.version = *version;
    const std::string image = options_.name + "/" + options_.name + ":" + options_.image_tag;
    const Fields image_fields{{"tenant", options_.name},
                              {"project", options_.name},
                              {"version", game.version},
                              {"qualifier", "UNIVERSAL"},
                              {"image", image}};
    auto made = co_await call(path_of("developer", "create-image"), body_of(image_fields), "");
    if (!made) co_return made.error();
    auto deployed = co_await deploy(game);
    if (!deployed) co_return deployed.error();
    game.deployment = *deployed;
    co_return Result<void>();
}

io::Task<Result<std::string>> Studio::add_stage() {
    const Fields names{{"tenant", options_.name}, {"project", options_.name}};
    auto id = co_await call(path_of("developer", "create-stage"), body_of(names), "stage_id");
    co_return id;
}

io::Task<Result<std::string>> Studio::deploy(const Game& game) {
    const std::string config = deployment_config(options_);
    const Fields names{{"tenant", options_.name},
                       {"project", options_.name},
                       {"stage", options_.name},
                       {"version_id", game.version}};
    const Fields configs{{"config", config}};
    std::string body = body_of(names, configs);
    auto id =
        co_await call(path_of("developer", "create-deployment"), std::move(body), "deployment_id");
    co_return id;
}

io::Task<Result<void>> Studio::log_in(std::string role, std::string user, std::string password) {
    token_.clear();
    const Fields fields{{"user", user}, {"password", password}};
    auto token = co_await call(path_of(role, "create-token"), body_of(fields), "raw_token");
    if (!token) co_return token.error();
    token_ = *std::move(token);
    co_return Result<void>();
}

io::Task<Result<std::string>> Studio::call(std::string path, std::string body, std::string member) {
    Error last{Errc::timed_out, path};
    for (std::uint32_t attempt = 0; attempt < options_.attempts; ++attempt) {
        HttpCall request;
        request.path = path;
        request.token = token_;
        request.body = body;
        request.patience = options_.patience;
        Result<HttpAnswer> answer = co_await http_.call(std::move(request));
        if (answer && answer->ok()) {
            if (member.empty() || member == "*") co_return std::move(answer->body);
            std::string value;
            wire::JsonReader in(answer->body);
            in.object([&](std::string_view name) {
                if (name == member) value = in.string_or_number();
            });
            co_return value;
        }
        last.detail = path + (answer ? " answered " + answer_in_words(*answer)
                                     : ": " + answer.error().detail);
        if (answer && answer->status < 500 && answer->status != 429)
            co_return Error{Errc::refused, last.detail};
        co_await io::sleep_until(io_.clock, io_.clock.now() + retry_pause);
    }
    co_return last;
}

}  // namespace playback::scenarios
