#include "engine/node_config.h"

#include <algorithm>
#include <array>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/names.h"

namespace playback {
namespace {

constexpr std::size_t password_bytes_max = 72;  // what bcrypt takes
constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t secret_bytes_max = 256;

Error refused(std::string_view field, std::string_view mend) {
    return {Errc::invalid_argument, std::string(field) + " " + std::string(mend)};
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> check_user(std::string_view field, const BootstrapUser& user) {
    if (!catalog::check_alias(user.alias) || is_number(user.alias))
        return refused(field, "needs an alias of 1 to 64 characters that is not a number");
    if (catalog::name_length(user.password) > catalog::limits::name_length_max ||
        user.password.size() > password_bytes_max)
        return refused(field, "has a password of more than 64 characters or 72 bytes");
    return {};
}

Result<void> check_url(std::string_view field, std::string_view url) {
    if (url.empty()) return {};
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return refused(field, "must start with http:// or https://");
    if (url.ends_with('/')) return refused(field, "must not end with a slash");
    const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
    return plain ? Result<void>() : refused(field, "is not a URL");
}

// It goes into a header, and is nothing that can be guessed.
bool is_secret(std::string_view text) {
    return text.size() >= secret_bytes_min && text.size() <= secret_bytes_max &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// Would a registry's token be good for something else?
bool is_own_audience(const services::TokenOptions& tokens) {
    const std::string& name = tokens.registry_audience;
    return name == tokens.service_audience || name == tokens.connector_audience ||
           name == tokens.dispatcher_audience || name == tokens.registry_refresh_audience;
}

}  // namespace

Result<void> check(const NodeConfig& config) {
    if (config.listen.empty()) return refused("listen", "needs at least one address");
    if (config.slots == 0 || config.slots > slot_count_max)
        return refused("slots", "must be 1 to 4096");
    TRY_VOID(check_url("public_url", config.public_url));
    TRY_VOID(check_url("runtime_url", config.runtime_url));
    TRY_VOID(check_user("admin", config.admin));
    TRY_VOID(check_user("support", config.support));
    TRY_VOID(check_user("service", config.service));
    TRY_VOID(check_user("connector", config.connector));
    if (!config.registry_secret.empty() && !is_secret(config.registry_secret))
        return refused("registry_secret", "needs 16 to 256 printable characters without spaces");
    if (config.tokens.registry_audience.empty())
        return refused("registry_service", "needs a name, that of the registry's configuration");
    if (is_own_audience(config.tokens))
        return refused("registry_service", "must not be the name of another audience");
    std::array aliases = {
        config.admin.alias, config.support.alias, config.service.alias, config.connector.alias};
    std::ranges::sort(aliases);
    if (std::ranges::adjacent_find(aliases) != aliases.end())
        return refused("alias", "of two bootstrap users is the same");
    return {};
}

}  // namespace playback
