#include "tools/playback/demo_game.h"

#include <fstream>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "adapters/docker/image_import.h"
#include "adapters/openssl/key_file.h"
#include "tools/playback/data_directory.h"

namespace playback::tools {
namespace {

using nlohmann::json;

constexpr Duration import_patience = seconds(60);

std::string file_of(const std::string& data) {
    return data + "/demo.json";
}

Result<void> remember(const std::string& data, const DemoGame& made) {
    const json text{{"name", made.name},
                    {"tenant", made.game.tenant},
                    {"project", made.game.project},
                    {"stage", made.game.stage},
                    {"version", made.game.version},
                    {"deployment", made.game.deployment},
                    {"developer", made.game.developer},
                    {"developer_password", made.game.developer_password}};
    return replace_secret_file(file_of(data), text.dump(2) + "\n");
}

Result<std::string> read_program(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    if (file) bytes << file.rdbuf();
    if (!file || bytes.view().empty())
        return Error{Errc::not_found, "cannot read the sample runtime " + path};
    return std::move(bytes).str();
}

Result<std::string> support_password(const RealNode& node) {
    const BootstrapUser& support = node.settings().config.support;
    if (!support.password.empty()) return support.password;
    TRY(passwords, read_passwords(node.settings().passwords));
    const auto found = passwords.find(support.alias);
    if (found != passwords.end()) return found->second;
    return Error{Errc::not_found, node.settings().passwords + " has no password of support"};
}

}  // namespace

const std::vector<std::string>& demo_names() {
    static const std::vector<std::string> names{"demo", "demo-2", "demo-3", "demo-4", "demo-5"};
    return names;
}

std::string demo_image(const std::string& name) {
    return name + "/" + name + ":1";
}

Result<DemoGame> recall_game(const std::string& data) {
    const std::string path = file_of(data);
    const Result<std::string> text = adapters::read_secret_file(path);
    if (!text && text.error().code == Errc::not_found) return DemoGame();
    if (!text) return text.error();
    const json kept = json::parse(*text, nullptr, false);
    DemoGame game;
    const std::pair<const char*, std::string*> fields[] = {
        {"name", &game.name},
        {"tenant", &game.game.tenant},
        {"project", &game.game.project},
        {"stage", &game.game.stage},
        {"version", &game.game.version},
        {"deployment", &game.game.deployment},
        {"developer", &game.game.developer},
        {"developer_password", &game.game.developer_password}};
    for (const auto& [field, value] : fields) {
        const bool is_there = kept.is_object() && kept.contains(field) && kept[field].is_string();
        if (!is_there) return Error{Errc::corrupt, path + " has no " + field};
        *value = kept[field].get<std::string>();
    }
    return game;
}

io::Task<Result<std::string>> provide_image(RealNode& node, std::string name, std::string program) {
    if (node.host_address() == process_address) {
        const bool was_asked_for = !node.settings().docker.empty();
        std::string where = "local processes";
        if (!was_asked_for) where += " (no Docker daemon answers)";
        co_return where;
    }
    Result<std::string> bytes = read_program(program);
    if (!bytes) co_return bytes.error();
    Result<io::Endpoint> daemon = adapters::docker_endpoint(node.host_address());
    if (!daemon) co_return daemon.error();
    adapters::ProgramImage image;
    image.reference = demo_image(name);
    image.name = "sample-runtime";
    image.program = *std::move(bytes);
    const Instant deadline = node.world().clock().now() + import_patience;
    const Result<bool> imported = co_await adapters::import_program(
        node.world().network(), *std::move(daemon), std::move(image), deadline);
    if (!imported) co_return imported.error();
    co_return "Docker containers on the host network (" + node.host_address() + ", image " +
        demo_image(name) + (*imported ? " imported)" : ")");
}

io::Task<Result<DemoGame>> make_game(RealNode& node, io::Endpoint target, std::string program) {
    Result<std::string> password = support_password(node);
    if (!password) co_return password.error();
    Error last{Errc::already_exists, "no name is free for the demo"};
    for (const std::string& name : demo_names()) {
        const Result<std::string> image = co_await provide_image(node, name, program);
        if (!image) co_return image.error();
        scenarios::StudioOptions options;
        options.target = target;
        options.support_user = node.settings().config.support.alias;
        options.support_password = *password;
        options.name = name;
        scenarios::Studio studio(node.io(), std::move(options));
        Result<scenarios::Game> game = co_await studio.make_game();
        if (game) {
            DemoGame made;
            made.name = name;
            made.game = *std::move(game);
            const Result<void> kept = remember(node.settings().data, made);
            if (!kept) co_return kept.error();
            co_return made;
        }
        last = std::move(game).error();
        if (!last.detail.contains("DB_CONSTRAINT_VIOLATED")) break;  // the alias is taken
    }
    co_return last;
}

}  // namespace playback::tools
