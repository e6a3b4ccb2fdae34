// RootAlias: the names of users and tenants whose CRC-16 is the bucket's number.
//
// All names with one hash live in one aggregate, so that it alone decides uniqueness and a lookup
// is one command to a known place. Invariant: a name leads to one entity, and only while that
// entity lives (it withdraws its names when it ends).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/domain/catalog/messages.h"
#include "engine/domain/catalog/root_alias_inputs.h"
#include "engine/domain/catalog/rows.h"
#include "engine/domain/ids.h"
#include "engine/kernel/machine.h"

namespace playback::catalog {

class RootAlias {
public:
    static constexpr kernel::Kind kind = kinds::root_alias;
    using Inputs = kernel::Inputs<CreateRootAlias, ResolveRootAlias, ForgetRootAlias>;

    explicit RootAlias(const kernel::Address& self) : self_(self) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    [[nodiscard]] bool empty() const { return names_.empty(); }

    Result<RootAliasCreated> apply(const CreateRootAlias&, kernel::Moment&, kernel::Effects&);
    Result<RootAliasResolved> apply(const ResolveRootAlias&,
                                    kernel::Moment&,
                                    kernel::Effects&) const;
    void apply(const ForgetRootAlias&, kernel::Moment&, kernel::Effects&);

private:
    kernel::Address self_;
    std::map<std::string, RootAliasRow, std::less<>> names_;
};

}  // namespace playback::catalog
