#include "engine/domain/accounts/user.h"

#include "engine/domain/catalog/limits.h"

namespace playback::accounts {
namespace {

namespace limits = catalog::limits;

kernel::RowKey user_key() {
    return kernel::RowKey(row_types::user);
}
kernel::RowKey key_of(AliasId alias) {
    return kernel::RowKey(row_types::alias).add(alias);
}
kernel::RowKey key_of(TenantId tenant) {
    return kernel::RowKey(row_types::membership).add(tenant);
}

Error absent() {
    return {Errc::not_found, "user"};
}

template <class Command>
Result<void> check_credentials(const Command& command) {
    if (command.role == Role::none) return Error{Errc::invalid_argument, "role is missing"};
    if (command.password_hash.empty())
        return Error{Errc::invalid_argument, "password hash is missing"};
    return {};
}

}  // namespace

Result<void> User::load(kernel::RowKeyReader key, std::string_view value) {
    switch (key.type()) {
        case row_types::user: {
            TRY(row, decode<UserRow>(value));
            user_ = std::move(row);
            return {};
        }
        case row_types::alias: {
            TRY(row, decode<AliasRow>(value));
            aliases_.emplace(AliasId{key.number()}, std::move(row));
            return {};
        }
        case row_types::membership: {
            TRY(row, decode<MembershipRow>(value));
            memberships_.emplace(TenantId{key.number()}, std::move(row));
            return {};
        }
        default:
            return Error{Errc::corrupt, "row of unknown type"};
    }
}

Result<UserCreated> User::apply(const CreateUser& command,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    TRY_VOID(check_credentials(command));
    if (user_) return Error{Errc::already_exists, "user"};

    user_ = UserRow{command.role, command.password_hash, moment.wall(), {}};
    effects.put(user_key(), *user_);
    return UserCreated{user_->created};
}

Result<UserCreated> User::apply(const EnsureUser& command,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    TRY_VOID(check_credentials(command));
    if (!user_) return apply(CreateUser{command.role, command.password_hash}, moment, effects);
    if (user_->role != command.role) return Error{Errc::conflict, "user has another role"};

    if (user_->password_hash != command.password_hash) {
        user_->password_hash = command.password_hash;
        effects.put(user_key(), *user_);
    }
    return UserCreated{user_->created};
}

Result<UserView> User::apply(const GetUser&, kernel::Moment&, kernel::Effects&) const {
    if (!user_) return absent();
    return UserView{user_->role, user_->password_hash, user_->created};
}

Result<UserDeleted> User::apply(const DeleteUser& command,
                                kernel::Moment&,
                                kernel::Effects& effects) {
    if (!user_) return absent();
    if (command.required_role != Role::none && command.required_role != user_->role)
        return absent();

    const UserDeleted reply{user_->role};
    effects.erase(user_key());
    for (const auto& [alias, row] : aliases_) {
        effects.erase(key_of(alias));
        effects.send(root_alias_address(row.text), catalog::ForgetRootAlias{alias, row.text});
    }
    for (const auto& [tenant, row] : memberships_) {
        effects.erase(key_of(tenant));
        effects.send(address_of(tenant), catalog::ForgetUser{id_});
    }
    user_.reset();
    aliases_.clear();
    memberships_.clear();
    return reply;
}

Result<catalog::Done> User::apply(const catalog::PrepareAlias&,
                                  kernel::Moment&,
                                  kernel::Effects&) const {
    if (!user_) return absent();
    if (aliases_.size() >= limits::root_aliases_per_owner_max)
        return Error{Errc::full, "the user has too many aliases"};
    return catalog::Done{};
}

void User::apply(const catalog::RootAliasBound& message,
                 kernel::Moment&,
                 kernel::Effects& effects) {
    // Several names may have been prepared at once, so the room is checked again.
    if (!user_ || aliases_.size() >= limits::root_aliases_per_owner_max) {
        effects.send(root_alias_address(message.text),
                     catalog::ForgetRootAlias{message.alias, message.text});
        return;
    }
    const auto [it, added] = aliases_.emplace(message.alias, AliasRow{message.text, {}});
    if (added) effects.put(key_of(message.alias), it->second);
}

void User::apply(const catalog::TenantJoined& message,
                 kernel::Moment& moment,
                 kernel::Effects& effects) {
    if (!user_) {
        effects.send(address_of(message.tenant), catalog::ForgetUser{id_});
        return;
    }
    if (memberships_.contains(message.tenant)) return;
    // Tenants do not say when they end. Forgetting the oldest is harmless: at worst permissions of
    // a deleted user stay listed there.
    if (memberships_.size() >= limits::tenants_per_user_max) {
        effects.erase(key_of(memberships_.begin()->first));
        memberships_.erase(memberships_.begin());
    }
    const MembershipRow row{moment.wall(), {}};
    memberships_.emplace(message.tenant, row);
    effects.put(key_of(message.tenant), row);
}

}  // namespace playback::accounts
