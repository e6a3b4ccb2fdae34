#include "tools/ctl/flows.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/ctl/docker_cli.h"

namespace playback::ctl {
namespace {

using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint32_t patience_usual = 120;
constexpr auto look_interval = std::chrono::milliseconds(250);
constexpr auto tell_interval = std::chrono::seconds(10);

bool is_number(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// --- init-tenant ---

class TenantMaker {
public:
    TenantMaker(Session& session, const Output& output, json& values)
        : session_(session), output_(output), values_(values) {}

    Result<void> make(const Invocation& asked);

private:
    Result<void> make_developer(const std::string& alias);
    Result<void> make_places(const Invocation& asked);
    Result<void> grant();
    Result<void> try_to_make(const Invocation& asked, const std::string& developer);
    void undo();

    // One call; what of its answer is kept, by which name.
    Result<void> call(std::string_view method,
                      const json& body,
                      const std::map<std::string, std::string>& kept = {});

    Session& session_;
    const Output& output_;
    json& values_;
};

Result<void> TenantMaker::call(std::string_view method,
                               const json& body,
                               const std::map<std::string, std::string>& kept) {
    TRY(answer, session_.call(method, body));
    for (const auto& [member, name] : kept) values_[name] = text_in(answer, member);
    return {};
}

Result<void> TenantMaker::make_developer(const std::string& alias) {
    TRY_VOID(call("support/create-developer",
                  json::object(),
                  {{"user_id", "user_id"}, {"password", "password"}}));
    TRY_VOID(call("support/create-developer-alias",
                  {{"developer_user_id", values_["user_id"]}, {"alias", alias}}));
    values_["developer"] = alias;
    return {};
}

Result<void> TenantMaker::make_places(const Invocation& asked) {
    const std::string tenant = asked.argument("TENANT");
    TRY_VOID(call("support/create-tenant", json::object(), {{"id", "tenant_id"}}));
    const json& id = values_["tenant_id"];
    TRY_VOID(call("support/create-tenant-alias", {{"tenant_id", id}, {"alias", tenant}}));
    values_["tenant"] = tenant;
    TRY_VOID(call("support/create-project",
                  {{"tenant", id}},
                  {{"project_id", "project_id"}, {"stage_id", "stage_id"}}));
    TRY_VOID(call("support/create-project-alias",
                  {{"tenant", id},
                   {"project_id", values_["project_id"]},
                   {"alias", asked.argument("PROJECT")}}));
    values_["project"] = asked.argument("PROJECT");
    TRY_VOID(call(
        "support/create-stage-alias",
        {{"tenant", id}, {"stage_id", values_["stage_id"]}, {"alias", asked.argument("STAGE")}}));
    values_["stage"] = asked.argument("STAGE");
    return {};
}

Result<void> TenantMaker::grant() {
    const auto all_of = [](std::string_view argument) {
        json rights = json::array();
        for (const std::string_view right : split(argument_named(argument).choices))
            rights.push_back(right);
        return rights;
    };
    json body{{"tenant", values_["tenant_id"]}, {"user", values_["user_id"]}};
    body["permissions_to_create"] = all_of("TENANT_PERMISSION");
    TRY_VOID(call("support/create-tenant-permissions", body));
    body["project"] = values_["project_id"];
    body["permissions_to_create"] = all_of("PROJECT_PERMISSION");
    TRY_VOID(call("support/create-project-permissions", body));
    body["stage"] = values_["stage_id"];
    body["permissions_to_create"] = all_of("STAGE_PERMISSION");
    return call("support/create-stage-permissions", body);
}

// Half a tenant would keep its names taken.
void TenantMaker::undo() {
    const std::pair<const char*, const char*> made[] = {{"tenant_id", "support/delete-tenant"},
                                                        {"user_id", "support/delete-developer"}};
    for (const auto& [id, method] : made) {
        if (!values_.contains(id)) continue;
        const char* const member = std::string_view(id) == "tenant_id" ? "tenant" : "user";
        const json body{{member, values_[id]}};
        const Result<json> deleted = session_.call(method, body);
        if (!deleted)
            output_.note("what was made before stays: " + std::string(id) + " " +
                         text_in(values_, id) + " (" + deleted.error().detail + ")");
    }
    values_ = json::object();
}

Result<void> TenantMaker::try_to_make(const Invocation& asked, const std::string& developer) {
    TRY_VOID(make_developer(developer));
    TRY_VOID(make_places(asked));
    return grant();
}

Result<void> TenantMaker::make(const Invocation& asked) {
    for (const auto& [name, value] : asked.arguments)
        if (is_number(value))
            return Error{Errc::invalid_argument,
                         std::string(name) + " " + value +
                             " would be taken for an id: a name has other characters than digits"};
    const std::string given = asked.argument("DEVELOPER");
    const std::string developer = given.empty() ? asked.argument("TENANT") + "-developer" : given;
    if (developer == asked.argument("TENANT"))
        return Error{Errc::invalid_argument,
                     "DEVELOPER and TENANT share their names: choose two different ones"};
    Result<void> made = try_to_make(asked, developer);
    if (made) return made;
    // If the call's answer was lost, what it made is not known and stays.
    undo();
    return made;
}

// --- deploy-version ---

struct Where {
    std::string developer;
    std::string password;
    std::string tenant;
    std::string project;
    std::string stage;
};

Where place_in(const json& values) {
    return {text_in(values, "developer"),
            text_in(values, "password"),
            text_in(values, "tenant"),
            text_in(values, "project"),
            text_in(values, "stage")};
}

// Where to deploy and as whom: as the arguments say, or as the last init-tenant made it.
Result<Where> place_to_deploy(const Session& session, const Invocation& asked) {
    const auto is_whole = [](const json& values) {
        const Where place = place_in(values);
        return !place.developer.empty() && !place.password.empty() && !place.tenant.empty() &&
               !place.project.empty() && !place.stage.empty();
    };
    Where place;
    if (asked.command->is_local_testing) {
        const std::string tenant = asked.argument("TENANT");
        place = place_in(session.last_result([&](const json& values) {
            return is_whole(values) && text_in(values, "tenant") == tenant;
        }));
        if (place.tenant.empty())
            return Error{Errc::invalid_argument,
                         "no developer of " + tenant +
                             " is known: `playback ctl developer localtesting init-tenant " +
                             tenant + "` comes first"};
        place.project = asked.argument("PROJECT");
        place.stage = asked.argument("STAGE");
        return place;
    }
    if (!asked.arguments.contains("DEVELOPER")) {
        place = place_in(session.last_result(is_whole));
        if (place.tenant.empty())
            return Error{Errc::invalid_argument,
                         "nothing is known of a tenant at " + session.installation().name +
                             ": say DEVELOPER PASSWORD TENANT PROJECT STAGE, or make one with "
                             "`playback ctl support init-tenant`"};
        return place;
    }
    if (!asked.arguments.contains("PROJECT"))
        return Error{Errc::invalid_argument,
                     "deploy-version takes DEVELOPER PASSWORD TENANT PROJECT [STAGE], or none of "
                     "them"};
    place.developer = asked.argument("DEVELOPER");
    TRY(password, session.password_of("developer", place.developer, asked.argument("PASSWORD")));
    place.password = password;
    place.tenant = asked.argument("TENANT");
    place.project = asked.argument("PROJECT");
    place.stage = asked.argument("STAGE");
    return place;
}

Result<json> read_config(const Invocation& asked, std::string_view option, const char* usual) {
    if (!asked.has(option)) return json::parse(usual);
    TRY(text, read_file(asked.option(option)));
    json config = json::parse(text, nullptr, false);
    if (!config.is_object())
        return Error{Errc::invalid_argument,
                     std::string(option) + ": " + asked.option(option) + " is no JSON object"};
    return config;
}

class Deployer {
public:
    Deployer(Session& session, const Invocation& asked, const Output& output, json& values)
        : session_(session), asked_(asked), output_(output), values_(values) {}

    Result<void> deploy();

private:
    Result<void> prepare();
    Result<void> provide_image();
    Result<void> create();
    Result<void> wait_for_lobby();

    Session& session_;
    const Invocation& asked_;
    const Output& output_;
    json& values_;
    Where place_;
    json config_;
    json spec_;
    std::uint32_t patience_ = patience_usual;
    std::string image_;  // TENANT/PROJECT:TAG
};

// What can be found wrong before anything is done.
Result<void> Deployer::prepare() {
    if (asked_.has("--patience")) {
        const std::string text = asked_.option("--patience");
        const auto [end, failure] =
            std::from_chars(text.data(), text.data() + text.size(), patience_);
        if (failure != std::errc() || end != text.data() + text.size() || patience_ > 86'400)
            return Error{Errc::invalid_argument, "--patience takes 0 to 86400 seconds"};
    }
    TRY(config, read_config(asked_, "--config", R"({"version":"V1","modes":[]})"));
    config_ = std::move(config);
    // One lobby is there before anybody plays, so a bad image shows at once.
    TRY(spec, read_config(asked_, "--spec", R"({"version":"V1","min_lobbies":1})"));
    spec_ = std::move(spec);
    TRY(place, place_to_deploy(session_, asked_));
    place_ = std::move(place);
    TRY_VOID(session_.log_in("developer", place_.developer, place_.password));
    return {};
}

std::string image_tag() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Result<void> Deployer::provide_image() {
    const std::string given = asked_.option("--image");
    const std::string repository = place_.tenant + "/" + place_.project;
    const bool is_ready = given.starts_with(repository + ":");
    DockerCli docker;
    if (asked_.has("--no-push") && is_ready) {
        image_ = given;
        return {};
    }
    output_.note("asking Docker");
    const Result<void> answers = docker.ping();
    if (!answers && asked_.has("--no-push"))
        return Error{Errc::unavailable,
                     answers.error().detail +
                         ". Without it the image must be called as the node "
                         "is to find it: -i " +
                         repository + ":TAG"};
    if (!answers) return answers.error();
    image_ = repository + ":" + image_tag();
    if (asked_.has("--no-push")) {
        output_.note("tagging " + given + " as " + image_);
        return docker.tag(given, image_);
    }
    const std::string& registry = session_.installation().registry;
    const std::string reference = registry + "/" + image_;
    output_.note("pushing " + given + " as " + reference);
    TRY_VOID(docker.tag(given, reference));
    return docker.push(registry, place_.developer, place_.password, reference);
}

Result<void> Deployer::create() {
    json body{{"tenant", place_.tenant}, {"project", place_.project}, {"config", config_}};
    TRY(version, session_.call("developer/create-version", body));
    values_["version_id"] = text_in(version, "version_id");
    output_.note("version " + text_in(values_, "version_id"));
    body.erase("config");
    body["version"] = values_["version_id"];
    body["qualifier"] = "UNIVERSAL";
    body["image"] = image_;
    TRY_VOID(session_.call("developer/create-image", body));
    values_["image"] = image_;
    const json deployment{{"tenant", place_.tenant},
                          {"project", place_.project},
                          {"stage", place_.stage},
                          {"version_id", values_["version_id"]},
                          {"config", spec_}};
    TRY(made, session_.call("developer/create-deployment", deployment));
    values_["deployment_id"] = text_in(made, "deployment_id");
    output_.note("deployment " + text_in(values_, "deployment_id"));
    return {};
}

// The lobbies' states as text, and the id of one that is ready.
std::pair<std::string, std::string> lobbies_in(const json& details) {
    std::pair<std::string, std::string> found;
    const json lobbies = details.value("lobby_resources", json::array());
    for (const json& lobby : lobbies) {
        const std::string status = text_in(lobby, "status");
        found.first += (found.first.empty() ? "" : ", ") + status;
        if (status == "CREATED") found.second = text_in(lobby, "lobby_id");
    }
    if (found.first.empty()) found.first = "none yet";
    return found;
}

Result<void> Deployer::wait_for_lobby() {
    const json wanted = spec_.value("min_lobbies", json());
    const bool comes_by_itself = wanted.is_number_integer() && wanted.get<std::int64_t>() > 0;
    if (!comes_by_itself)
        output_.note("a lobby starts when the first player comes (min_lobbies of --spec)");
    if (!comes_by_itself || patience_ == 0) return {};
    const auto begin = SteadyClock::now();
    const auto end = begin + std::chrono::seconds(patience_);
    const json body{{"deployment_id", values_["deployment_id"]}};
    std::string told;
    auto told_at = begin;
    for (;;) {
        const Result<json> details = session_.call("developer/get-deployment-details", body);
        const bool may_pass = !details && details.error().code != Errc::refused;
        if (!details && !may_pass) return details.error();
        std::string state = details ? "" : details.error().detail;
        if (details) {
            const auto [states, ready] = lobbies_in(*details);
            if (!ready.empty()) {
                values_["lobby_id"] = ready;
                return {};
            }
            state = "lobbies: " + states;
        }
        const auto now = SteadyClock::now();
        if (now >= end)
            return Error{Errc::timed_out,
                         "deployment " + text_in(values_, "deployment_id") +
                             " is made, but no lobby of it was ready within " +
                             std::to_string(patience_) + " s (" + state +
                             "). Can the node get the image " + image_ +
                             ", and does it start? The log of the node tells"};
        if (state != told || now - told_at >= tell_interval) {
            const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - begin);
            output_.note("waiting for a lobby, " + std::to_string(waited.count()) + " s (" + state +
                         ")");
            told = state;
            told_at = now;
        }
        std::this_thread::sleep_for(look_interval);
    }
}

Result<void> Deployer::deploy() {
    TRY_VOID(prepare());
    TRY_VOID(provide_image());
    TRY_VOID(create());
    return wait_for_lobby();
}

}  // namespace

Result<void> init_tenant(Session& session,
                         const Invocation& asked,
                         const Output& output,
                         json& values) {
    return TenantMaker(session, output, values).make(asked);
}

Result<void> deploy_version(Session& session,
                            const Invocation& asked,
                            const Output& output,
                            json& values) {
    return Deployer(session, asked, output, values).deploy();
}

}  // namespace playback::ctl
