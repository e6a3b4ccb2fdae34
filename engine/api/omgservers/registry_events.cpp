#include "engine/api/omgservers/registry_events.h"

#include <optional>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/image_reference.h"
#include "engine/domain/catalog/version_inputs.h"
#include "engine/io/log.h"
#include "engine/services/passwords.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {
namespace {

constexpr std::size_t name_bytes_max = 255;  // Docker's own bound of repository names

// A string, or null for none. One that is too long names nothing we have.
void read_name(wire::JsonReader& in, std::string& into) {
    if (in.null()) return;
    const std::string_view text = in.string();
    if (text.size() <= name_bytes_max) into = text;
}

void read_event(wire::JsonReader& in, std::vector<RegistryPush>& pushes) {
    std::string action;
    RegistryPush push;
    in.object([&](std::string_view name) {
        if (name == "action") {
            read_name(in, action);
        } else if (name == "target") {
            in.object([&](std::string_view member) {
                if (member == "repository")
                    read_name(in, push.repository);
                else if (member == "tag")
                    read_name(in, push.tag);
            });
        }
    });
    if (action == "push" && !push.repository.empty() && !push.tag.empty())
        pushes.push_back(std::move(push));
}

// The image that an older game server pushed for one of its versions, if it is one.
struct PushedImage {
    std::string tenant;
    catalog::CreateImage command;
};

std::optional<PushedImage> image_of(const RegistryPush& push) {
    const catalog::Repository parts = catalog::parse_repository(push.repository);
    const std::optional<std::uint64_t> version = id_in(push.tag);
    if (parts.p1_kind.empty() || !version) return std::nullopt;
    PushedImage image;
    image.tenant = parts.space;
    image.command.version = VersionId{*version};
    image.command.qualifier = lobby::ImageQualifier::universal;
    if (parts.p1_kind == "lobby") image.command.qualifier = lobby::ImageQualifier::lobby;
    if (parts.p1_kind == "match") image.command.qualifier = lobby::ImageQualifier::match;
    image.command.image = push.repository + ":" + push.tag;
    image.command.tenant_text = parts.space;
    image.command.project_text = parts.name;
    image.command.project = ref_of(std::string(parts.name));
    return image;
}

// Would the same notification be of use later? Then the registry is to send it again.
bool is_passing(Errc code) {
    return code == Errc::unavailable || code == Errc::unknown_outcome || code == Errc::timed_out ||
           code == Errc::fenced || code == Errc::closed || code == Errc::io_failed;
}

// The registry has decided who may push there, so nobody is asked again.
io::Task<Result<catalog::ImageCreated>> create_pushed(Api& api, PushedImage image) {
    const Result<TenantId> tenant = co_await resolve_tenant(api, std::move(image.tenant));
    if (!tenant) co_return tenant.error();
    const kernel::Address to = address_of(*tenant);
    Result<catalog::ImageCreated> created =
        co_await api.kernel.submit(to, std::move(image.command));
    co_return created;
}

io::Task<void> take_pushes(Api& api, Call call, std::vector<RegistryPush> pushes) {
    for (const RegistryPush& push : pushes) {
        const std::string reference = push.repository + ":" + push.tag;
        std::optional<PushedImage> image = image_of(push);
        if (!image) {
            api.io.log.write(
                io::LogLevel::debug, "pushed image is of no version", {{"image", reference}});
            continue;
        }
        const Result<catalog::ImageCreated> created =
            co_await create_pushed(api, *std::move(image));
        if (created) {
            api.io.log.info("image pushed",
                            {{"image", reference}, {"new", created->created ? "yes" : "no"}});
        } else if (is_passing(created.error().code)) {
            co_return call.fail(created.error());
        } else {
            api.io.log.write(io::LogLevel::debug,
                             "pushed image is not used",
                             {{"image", reference}, {"why", created.error().detail}});
        }
    }
    call.reply_nothing();
}

}  // namespace

Result<std::vector<RegistryPush>> read_registry_events(std::string_view body) {
    std::vector<RegistryPush> pushes;
    wire::JsonReader in(body, request_json);
    bool is_envelope = false;
    in.object([&](std::string_view name) {
        if (name != "events") return;
        is_envelope = true;
        std::size_t count = 0;
        in.array([&] {
            if (++count > registry_events_max)
                in.refuse("at most 256 events are expected");
            else
                read_event(in, pushes);
        });
    });
    TRY_VOID(in.finish());
    if (!is_envelope) return Error{Errc::invalid_argument, "events: a list is expected"};
    return pushes;
}

io::Task<void> handle_registry_events(Api& api, const Call& call) {
    if (!api.admit_failures(call)) return {};
    const std::string& secret = api.options.registry_secret;
    const bool is_known =
        !secret.empty() && services::same_secret(call.request.bearer_token(), secret);
    if (!is_known && !api.options.registry_events_anonymous) {
        api.count_anonymous(call);
        return call.refuse({401,
                            qualifier::wrong_credentials,
                            secret.empty() ? "this node takes no notifications of a registry"
                                           : "the shared secret of the registry is needed"});
    }
    Result<std::vector<RegistryPush>> pushes = read_registry_events(call.body());
    if (!pushes) return call.refuse(wrong_request(pushes.error().detail));
    return take_pushes(api, call, *std::move(pushes));
}

}  // namespace playback::omgservers
