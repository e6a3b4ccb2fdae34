#include "engine/domain/catalog/root_alias.h"

#include "engine/base/plant.h"
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/names.h"

namespace playback::catalog {
namespace {

kernel::RowKey key_of_name(std::string_view text) {
    return kernel::RowKey(row_types::root_alias).add_last(text);
}

kernel::Address owner_of(AliasQualifier qualifier, std::uint64_t entity) {
    return qualifier == AliasQualifier::user ? address_of(UserId{entity})
                                             : address_of(TenantId{entity});
}

}  // namespace

Result<void> RootAlias::load(kernel::RowKeyReader key, std::string_view value) {
    if (key.type() != row_types::root_alias) return Error{Errc::corrupt, "row of unknown type"};
    TRY(row, decode<RootAliasRow>(value));
    names_.emplace(key.text(), std::move(row));
    return {};
}

Result<RootAliasCreated> RootAlias::apply(const CreateRootAlias& command,
                                          kernel::Moment& moment,
                                          kernel::Effects& effects) {
    CHECK(root_alias_address(command.text) == self_);
    TRY_VOID(check_alias(command.text));
    const bool of_user = command.qualifier == AliasQualifier::user;
    const bool of_tenant = command.qualifier == AliasQualifier::tenant;
    if ((!of_user && !of_tenant) || command.entity == 0)
        return Error{Errc::invalid_argument, "only users and tenants have root aliases"};
    if (names_.contains(command.text) && !PLAYBACK_PLANT(alias_granted_twice))
        return Error{Errc::already_exists, "alias is taken"};
    if (names_.size() >= limits::root_aliases_per_bucket_max)
        return Error{Errc::full, "too many aliases of one hash"};

    const RootAliasRow row{
        moment.next<AliasId>(), command.qualifier, command.entity, moment.wall(), {}};
    names_.emplace(command.text, row);
    effects.put(key_of_name(command.text), row);
    effects.send(owner_of(row.qualifier, row.entity),
                 RootAliasBound{row.id, command.text, row.created});
    return RootAliasCreated{row.id, row.created};
}

Result<RootAliasResolved> RootAlias::apply(const ResolveRootAlias& command,
                                           kernel::Moment&,
                                           kernel::Effects&) const {
    const auto it = names_.find(command.text);
    if (it == names_.end() || it->second.qualifier != command.qualifier)
        return Error{Errc::not_found, "alias"};
    return RootAliasResolved{it->second.entity};
}

void RootAlias::apply(const ForgetRootAlias& message, kernel::Moment&, kernel::Effects& effects) {
    const auto it = names_.find(message.text);
    // The name may belong to a later owner by now.
    if (it == names_.end() || it->second.id != message.alias) return;
    names_.erase(it);
    effects.erase(key_of_name(message.text));
}

}  // namespace playback::catalog
