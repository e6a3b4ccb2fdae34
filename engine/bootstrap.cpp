#include "engine/bootstrap.h"

#include <utility>

#include "engine/api/omgservers/resolve.h"
#include "engine/base/hash.h"
#include "engine/domain/accounts/inputs.h"
#include "engine/domain/catalog/root_alias_inputs.h"
#include "engine/io/security.h"
#include "engine/services/passwords.h"

namespace playback {
namespace {

using accounts::Role;

// One of the users that must exist.
struct Wanted {
    Role role = Role::none;
    std::string alias;
    std::string password;  // empty: keep the one it has
    bool exists = false;
    bool is_new_password = false;
};

class Bootstrap {
public:
    Bootstrap(io::Io& io, kernel::Kernel& kernel, const NodeConfig& config)
        : io_(io), kernel_(kernel), config_(config) {}

    io::Task<Result<Bootstrapped>> run();

private:
    io::Task<Result<void>> look_at(Wanted& user);
    Result<void> generate_passwords(std::vector<Wanted>& users);
    io::Task<Result<void>> make(const Wanted& user);
    io::Task<Result<void>> name(const Wanted& user);
    io::Task<Result<std::string>> installation();

    io::Io& io_;
    kernel::Kernel& kernel_;
    const NodeConfig& config_;
};

io::Task<Result<void>> Bootstrap::look_at(Wanted& user) {
    const accounts::GetUser get;
    const kernel::Address address = address_of(accounts::bootstrap_user(user.role));
    const Result<accounts::UserView> view = co_await kernel_.submit(address, get);
    if (!view && view.error().code != Errc::not_found) co_return view.error();
    user.exists = view.has_value();
    user.is_new_password = !user.exists;
    if (!user.exists || user.password.empty()) co_return Result<void>();
    const Result<bool> same = co_await io_.passwords.verify(user.password, view->password_hash);
    if (!same) co_return same.error();
    user.is_new_password = !*same;
    co_return Result<void>();
}

Result<void> Bootstrap::generate_passwords(std::vector<Wanted>& users) {
    std::vector<GeneratedPassword> generated;
    for (Wanted& user : users) {
        if (user.exists || !user.password.empty()) continue;
        user.password = services::make_password(io_.entropy);
        generated.push_back({user.alias, user.password});
    }
    if (generated.empty()) return {};
    if (!config_.keep_passwords)
        return Error{Errc::invalid_argument, "passwords are neither given nor can they be kept"};
    return config_.keep_passwords(generated);
}

io::Task<Result<void>> Bootstrap::make(const Wanted& user) {
    if (user.is_new_password) {
        Result<std::string> hash = co_await io_.passwords.hash(user.password);
        if (!hash) co_return std::move(hash).error();
        accounts::EnsureUser ensure;
        ensure.role = user.role;
        ensure.password_hash = *std::move(hash);
        const kernel::Address address = address_of(accounts::bootstrap_user(user.role));
        const Result<accounts::UserCreated> made =
            co_await kernel_.submit(address, std::move(ensure));
        if (!made) co_return made.error();
    }
    Result<void> named = co_await name(user);
    co_return named;
}

io::Task<Result<void>> Bootstrap::name(const Wanted& user) {
    const UserId id = accounts::bootstrap_user(user.role);
    catalog::ResolveRootAlias resolve;
    resolve.text = user.alias;
    resolve.qualifier = catalog::AliasQualifier::user;
    const kernel::Address bucket = root_alias_address(user.alias);
    const Result<catalog::RootAliasResolved> known =
        co_await kernel_.submit(bucket, std::move(resolve));
    if (known && known->entity == id.value) co_return Result<void>();
    if (!known && known.error().code != Errc::not_found) co_return known.error();
    Result<void> named = Error{Errc::already_exists, "alias"};
    if (!known) {
        std::string alias = user.alias;
        named = co_await omgservers::create_root_alias(
            kernel_, address_of(id), catalog::AliasQualifier::user, std::move(alias));
    }
    if (!named && named.error().code == Errc::already_exists)
        co_return Error{Errc::conflict, "the alias " + user.alias + " is taken by somebody else"};
    co_return named;
}

// When the four users were made, to the millisecond, is different in every installation and never
// changes.
io::Task<Result<std::string>> Bootstrap::installation() {
    constexpr std::string_view digits = "0123456789abcdef";
    if (!config_.installation.empty()) co_return config_.installation;
    std::uint64_t mix = 0;
    for (const Role role : {Role::admin, Role::support, Role::service, Role::connector}) {
        const accounts::GetUser get;
        const kernel::Address address = address_of(accounts::bootstrap_user(role));
        const Result<accounts::UserView> view = co_await kernel_.submit(address, get);
        if (!view) co_return view.error();
        mix = hash_mix(mix, static_cast<std::uint64_t>(view->created.ms));
    }
    std::string name = "playback-";
    for (int shift = 60; shift >= 0; shift -= 4) name += digits[mix >> shift & 0xf];
    co_return name;
}

io::Task<Result<Bootstrapped>> Bootstrap::run() {
    std::vector<Wanted> users;
    users.push_back({Role::admin, config_.admin.alias, config_.admin.password});
    users.push_back({Role::support, config_.support.alias, config_.support.password});
    users.push_back({Role::service, config_.service.alias, config_.service.password});
    users.push_back({Role::connector, config_.connector.alias, config_.connector.password});
    for (Wanted& user : users) {
        const Result<void> looked = co_await look_at(user);
        if (!looked) co_return looked.error();
    }
    const Result<void> kept = generate_passwords(users);
    if (!kept) co_return kept.error();
    for (const Wanted& user : users) {
        const Result<void> made = co_await make(user);
        if (!made) co_return made.error();
    }

    hosting::EnsureHosts hosts;
    hosts.hosts = config_.hosts;
    const Result<hosting::PoolDetails> pool =
        co_await kernel_.submit(address_of(default_pool), std::move(hosts));
    if (!pool) co_return pool.error();

    Result<std::string> named = co_await installation();
    if (!named) co_return std::move(named).error();
    std::string nobody = services::make_password(io_.entropy);
    Result<std::string> decoy = co_await io_.passwords.hash(std::move(nobody));
    if (!decoy) co_return std::move(decoy).error();
    Bootstrapped result;
    result.installation = *std::move(named);
    result.decoy_password_hash = *std::move(decoy);
    co_return result;
}

}  // namespace

io::Task<Result<Bootstrapped>> bootstrap(io::Io& io,
                                         kernel::Kernel& kernel,
                                         const NodeConfig& config) {
    Bootstrap work(io, kernel, config);
    Result<Bootstrapped> done = co_await work.run();
    co_return done;
}

}  // namespace playback
