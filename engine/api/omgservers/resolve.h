// Resolving "id-or-alias" parameters (omgservers.md 0.1).
//
// Text that parses as a signed 64-bit number is an id, even if an alias of that text exists;
// anything else is an alias. Aliases of users and tenants are asked of their buckets; those inside
// a tenant travel in the command as a catalog::Ref. A deleted alias never resolves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/call.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"

namespace playback::omgservers {

// The number, if `text` is one. Negative ones are ids too, of nothing: they become 0.
std::optional<std::uint64_t> id_in(std::string_view text);

catalog::Ref ref_of(std::string text);

// Fails with not_found, or as the kernel does. A resolved id may be of something that is gone.
io::Task<Result<TenantId>> resolve_tenant(Api& api, std::string text);
io::Task<Result<UserId>> resolve_user(Api& api, std::string text);

// Names the user or tenant at `owner`. Fails with not_found (no such owner), already_exists (the
// name is taken, by whomever), invalid_argument or full.
io::Task<Result<void>> create_root_alias(kernel::Kernel& kernel,
                                         kernel::Address owner,
                                         catalog::AliasQualifier qualifier,
                                         std::string text);

template <class Command>
using WriteReply = void (*)(const Call& call, const typename Command::Reply& reply);
template <class Command>
using WriteTenantReply = void (*)(const Call& call,
                                  TenantId tenant,
                                  const typename Command::Reply& reply);

// Submits `command` to `to` and writes its reply or refusal.
template <class Command>
io::Task<void> ask(Api& api,
                   Call call,
                   kernel::Address to,
                   Command command,
                   WriteReply<Command> write) {
    Result<typename Command::Reply> reply = co_await api.kernel.submit(to, std::move(command));
    if (!reply) co_return call.fail(reply.error());
    write(call, *reply);
}

// The same to the tenant that `text` names.
template <class Command>
io::Task<void> ask_tenant(Api& api,
                          Call call,
                          std::string text,
                          Command command,
                          WriteTenantReply<Command> write) {
    const Result<TenantId> tenant = co_await resolve_tenant(api, std::move(text));
    if (!tenant) co_return call.fail(tenant.error());
    const kernel::Address to = address_of(*tenant);
    Result<typename Command::Reply> reply = co_await api.kernel.submit(to, std::move(command));
    if (!reply) co_return call.fail(reply.error());
    write(call, *tenant, *reply);
}

}  // namespace playback::omgservers
