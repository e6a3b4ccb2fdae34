#include "engine/api/omgservers/resolve.h"

#include <charconv>

#include "engine/domain/catalog/root_alias_inputs.h"

namespace playback::omgservers {
namespace {

io::Task<Result<std::uint64_t>> resolve(Api& api,
                                        std::string text,
                                        catalog::AliasQualifier qualifier) {
    if (const std::optional<std::uint64_t> id = id_in(text)) {
        if (*id == 0) co_return Error{Errc::not_found, "no such id"};
        co_return *id;
    }
    const kernel::Address bucket = root_alias_address(text);
    catalog::ResolveRootAlias command;
    command.text = std::move(text);
    command.qualifier = qualifier;
    const Result<catalog::RootAliasResolved> resolved =
        co_await api.kernel.submit(bucket, std::move(command));
    if (!resolved) co_return resolved.error();
    co_return resolved->entity;
}

}  // namespace

std::optional<std::uint64_t> id_in(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

catalog::Ref ref_of(std::string text) {
    catalog::Ref ref;
    if (const std::optional<std::uint64_t> id = id_in(text))
        ref.id = *id;
    else
        ref.text = std::move(text);
    return ref;
}

io::Task<Result<TenantId>> resolve_tenant(Api& api, std::string text) {
    const Result<std::uint64_t> id =
        co_await resolve(api, std::move(text), catalog::AliasQualifier::tenant);
    if (!id) co_return id.error();
    co_return TenantId{*id};
}

io::Task<Result<UserId>> resolve_user(Api& api, std::string text) {
    const Result<std::uint64_t> id =
        co_await resolve(api, std::move(text), catalog::AliasQualifier::user);
    if (!id) co_return id.error();
    co_return UserId{*id};
}

io::Task<Result<void>> create_root_alias(kernel::Kernel& kernel,
                                         kernel::Address owner,
                                         catalog::AliasQualifier qualifier,
                                         std::string text) {
    const catalog::PrepareAlias prepare;
    const Result<catalog::Done> prepared = co_await kernel.submit(owner, prepare);
    if (!prepared) co_return prepared.error();
    const kernel::Address bucket = root_alias_address(text);
    catalog::CreateRootAlias create;
    create.text = std::move(text);
    create.qualifier = qualifier;
    create.entity = owner.a;
    const Result<catalog::RootAliasCreated> created =
        co_await kernel.submit(bucket, std::move(create));
    if (!created) co_return created.error();
    co_return Result<void>();
}

}  // namespace playback::omgservers
