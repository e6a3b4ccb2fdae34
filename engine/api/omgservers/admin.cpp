#include <optional>
#include <string>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/base/hash.h"
#include "engine/io/clock.h"
#include "engine/io/container_host.h"
#include "engine/io/security.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

constexpr Duration ping_timeout = seconds(10);

io::Task<void> hash(Api& api, Call call, std::string value) {
    const Result<std::string> hashed = co_await api.io.passwords.hash(std::move(value));
    if (!hashed) co_return call.fail(hashed.error());
    call.reply_string("hash", *hashed);
}

io::Task<void> ping(Api& api, Call call, io::ContainerHost* host) {
    const Instant deadline = api.io.clock.now() + ping_timeout;
    const Result<void> pinged = co_await host->ping(deadline);
    if (!pinged) co_return call.fail(Problem{500, qualifier::internal, pinged.error().detail});
    wire::JsonWriter(call.answer.body)
        .object()
        .key("successful")
        .boolean(true)
        .key("from_server")
        .string(api.options.public_url)
        .end_object();
}

}  // namespace

io::Task<void> generate_id(Api& api, const Call& call) {
    Members in;
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    call.reply_id("id", api.kernel.fresh_id());
    return {};
}

io::Task<void> bcrypt_hash(Api& api, const Call& call) {
    std::string value;
    Members in;
    in.text("value", value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return hash(api, call, std::move(value));
}

// One path for both generations, so it speaks both: P2's slot and uri, P1's index and server_uri.
io::Task<void> calculate_shard(Api& api, const Call& call) {
    std::string key;
    Members in;
    in.text("shard_key", key);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    const std::int64_t slot = crc16_arc(key) % api.kernel.slot_count();
    wire::JsonWriter(call.answer.body)
        .object()
        .key("slot")
        .integer(slot)
        .key("uri")
        .string(api.options.public_url)
        .key("shard_index")
        .integer(slot)
        .key("server_uri")
        .string(api.options.public_url)
        .end_object();
    return {};
}

io::Task<void> ping_docker_host(Api& api, const Call& call) {
    std::string uri;
    Members in;
    in.text("docker_daemon_uri", uri, image_max);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    const Result<io::ContainerHost*> host = api.io.containers.at(uri);
    if (!host) return call.refuse({400, qualifier::wrong_argument, host.error().detail});
    return ping(api, call, *host);
}

}  // namespace playback::omgservers
