#include "tools/playback/option_table.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "engine/base/check.h"
#include "tools/playback/node_environment.h"

namespace playback::tools {
namespace {

struct OptionFacts {
    std::string_view name;
    std::string_view takes;
    std::string_view fallback = {};  // where the program has no value before it was asked
};

constexpr std::array facts = {
    OptionFacts{"data", "DIRECTORY"},
    OptionFacts{"listen", "HOST:PORT or unix:PATH, list", "127.0.0.1:8080"},
    OptionFacts{"public-url", "URL", "http:// and the first address"},
    OptionFacts{"runtime-url", "URL", "the public URL"},
    OptionFacts{"durability", "full, process or memory"},
    OptionFacts{"slots", "1-4096"},
    OptionFacts{"token-key", "FILE", "DATA/token_key.pem"},
    OptionFacts{"admin-alias", "1-64 characters", "admin"},
    OptionFacts{"admin-password-file", "FILE"},
    OptionFacts{"support-alias", "1-64 characters", "support"},
    OptionFacts{"support-password-file", "FILE"},
    OptionFacts{"service-alias", "1-64 characters", "service"},
    OptionFacts{"service-password-file", "FILE"},
    OptionFacts{"connector-alias", "1-64 characters", "connector"},
    OptionFacts{"connector-password-file", "FILE"},
    OptionFacts{"bcrypt-cost", "4-31"},
    OptionFacts{"token-algorithm", "RS256 or HS256"},
    OptionFacts{"token-issuer", "NAME"},
    OptionFacts{"token-audience-service", "NAME"},
    OptionFacts{"token-audience-connector", "NAME"},
    OptionFacts{"token-audience-dispatcher", "NAME"},
    OptionFacts{"token-lifetime-user", "60-31536000 s"},
    OptionFacts{"token-lifetime-runtime", "60-31536000 s"},
    OptionFacts{"token-lifetime-socket", "1-86400 s"},
    OptionFacts{"docker", "ADDRESS", "whichever answers"},
    OptionFacts{"process-image", "NAME=PATH, list"},
    OptionFacts{"runtime-network", "NAME"},
    OptionFacts{"runtime-cpu-limit", "1-1000000"},
    OptionFacts{"runtime-memory-limit", "1-16777216 MB"},
    OptionFacts{"max-containers", "1-10000"},
    OptionFacts{"host-cpus", "CORES", "one per container"},
    OptionFacts{"host-memory", "MB", "512 per container"},
    OptionFacts{"registry", "HOST:PORT", "none"},
    OptionFacts{"registry-foreign", "yes or no", "no"},
    OptionFacts{"registry-service", "NAME"},
    OptionFacts{"registry-secret-file", "FILE", "none"},
    OptionFacts{"registry-events-anonymous", "yes or no", "no"},
    OptionFacts{"client-inactive", "1-86400 s"},
    OptionFacts{"runtime-inactive", "1-86400 s"},
    OptionFacts{"runtime-boot", "1-86400 s"},
    OptionFacts{"match-idle", "1-86400 s"},
    OptionFacts{"sign-ups-per-minute", "0-4294967295"},
    OptionFacts{"sign-up-burst", "0-4294967295"},
    OptionFacts{"rate-limit-exempt", "CIDR, list", "none"},
    OptionFacts{"metrics-readers", "CIDR, list", "none"},
    OptionFacts{"socket-ping", "1-3600 s"},
    OptionFacts{"socket-inactive", "0-86400 s"},
    OptionFacts{"room-grace", "0-3600 s"},
    OptionFacts{"stop-grace", "0-3600 s"},
    OptionFacts{"threads", "0-256", "0: as many as cores"},
    OptionFacts{"log-level", "trace, debug, info, warn or error"},
    OptionFacts{"log-json", "yes or no", "no"},
    OptionFacts{"config", "FILE", "none"},
};

const OptionFacts* facts_of(std::string_view name) {
    const auto found = std::ranges::find(facts, name, &OptionFacts::name);
    return found == facts.end() ? nullptr : &*found;
}

std::string code(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string row_of(const CLI::Option& option) {
    const std::string& name = option.get_single_name();
    const OptionFacts& known = *facts_of(name);
    std::string fallback = option.get_default_str();
    if (fallback.empty() || fallback == "[]" || fallback == "false") fallback = known.fallback;
    const std::string key = name == "config" ? "" : code(name);
    std::string row = "| " + code("--" + name) + " | " + code(variable_of(name)) + " | " + key;
    row += " | " + fallback + " | " + std::string(known.takes) + " | " + option.get_description();
    return row + " |";
}

}  // namespace

void describe_options(CLI::App& command) {
    for (CLI::Option* const option : command.get_options()) {
        const std::string name = option->get_single_name();
        if (is_of_the_call(name)) continue;
        const OptionFacts* const known = facts_of(name);
        CHECK(known != nullptr);
        if (option->get_expected_min() > 0) option->type_name(std::string(known->takes));
    }
}

std::vector<std::string> option_rows(const CLI::App& command) {
    std::vector<std::string> rows;
    for (const CLI::Option* const option : command.get_options())
        if (!is_of_the_call(option->get_single_name())) rows.push_back(row_of(*option));
    return rows;
}

std::vector<std::string> secret_rows() {
    std::vector<std::string> rows;
    for (const SecretVariable& secret : secret_variables())
        rows.push_back("| " + code(secret.name) + " | " + secret.meaning + " |");
    return rows;
}

std::vector<std::string> foreign_rows() {
    std::vector<std::string> rows;
    for (const ForeignVariable& known : foreign_variables()) {
        std::string meaning = code("--" + std::string(known.option));
        if (known.taken == Taken::nowhere) meaning = "ignored: " + std::string(known.option);
        if (known.taken == Taken::password)
            meaning = code(variable_of(std::string(known.option) + "-password"));
        rows.push_back("| " + code(known.name) + " | " + meaning + " |");
    }
    return rows;
}

}  // namespace playback::tools
