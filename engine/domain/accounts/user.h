// User: one account: its role, its password hash, its names, and the tenants it has rights in.
//
// The last two are kept only so that they end with the user. Invariant: a deleted user has no row,
// and every name or membership that arrives later is sent back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/domain/accounts/inputs.h"
#include "engine/domain/accounts/rows.h"
#include "engine/domain/catalog/messages.h"
#include "engine/domain/catalog/root_alias_inputs.h"
#include "engine/domain/ids.h"
#include "engine/kernel/machine.h"

namespace playback::accounts {

class User {
public:
    static constexpr kernel::Kind kind = kinds::user;
    using Inputs = kernel::Inputs<CreateUser,
                                  EnsureUser,
                                  GetUser,
                                  DeleteUser,
                                  catalog::PrepareAlias,
                                  catalog::RootAliasBound,
                                  catalog::TenantJoined>;

    explicit User(const kernel::Address& self) : id_{self.a} {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    [[nodiscard]] bool empty() const { return !user_; }

    Result<UserCreated> apply(const CreateUser&, kernel::Moment&, kernel::Effects&);
    Result<UserCreated> apply(const EnsureUser&, kernel::Moment&, kernel::Effects&);
    Result<UserView> apply(const GetUser&, kernel::Moment&, kernel::Effects&) const;
    Result<UserDeleted> apply(const DeleteUser&, kernel::Moment&, kernel::Effects&);
    Result<catalog::Done> apply(const catalog::PrepareAlias&,
                                kernel::Moment&,
                                kernel::Effects&) const;
    void apply(const catalog::RootAliasBound&, kernel::Moment&, kernel::Effects&);
    void apply(const catalog::TenantJoined&, kernel::Moment&, kernel::Effects&);

private:
    UserId id_;
    std::optional<UserRow> user_;
    std::map<AliasId, AliasRow> aliases_;
    std::map<TenantId, MembershipRow> memberships_;
};

}  // namespace playback::accounts
