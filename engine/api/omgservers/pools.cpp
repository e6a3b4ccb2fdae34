// Container hosts, while the node runs: "pool servers" in the words of the reference, which has no
// calls for them. docs/api.md describes ours.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/words.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/io/container_host.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

using hosting::HostStatus;

const kernel::Address pool = address_of(default_pool);

std::string_view word_of_status(HostStatus status) {
    switch (status) {
        case HostStatus::open:
            return "CREATED";
        case HostStatus::draining:
            return "DRAINING";
        case HostStatus::leaving:
            return "DELETING";
        case HostStatus::closed:
            break;
    }
    return "CLOSED";
}

void write_server(wire::JsonWriter& out, const hosting::HostDetails& host) {
    const bool is_of_configuration = host.origin == hosting::HostOrigin::configuration;
    out.object().key("id").id(host.host.value);
    out.key("docker_daemon_uri").string(host.config.address);
    out.key("cpu_count").integer(host.config.cpu_count);
    out.key("memory_size").integer(host.config.memory_mb);
    out.key("max_containers").integer(host.config.max_containers);
    out.key("status").string(word_of_status(host.status));
    out.key("origin").string(is_of_configuration ? "CONFIGURATION" : "REQUEST");
    out.key("containers").integer(host.containers);
    out.key("cpu_used").integer(static_cast<std::int64_t>(host.cpu));
    out.key("memory_used").integer(static_cast<std::int64_t>(host.memory_mb));
    out.key("empty").boolean(host.containers == 0).end_object();
}

void write_waiting(wire::JsonWriter& out, const hosting::WaitingContainer& waiting) {
    out.object().key("runtime_id").id(waiting.runtime.value);
    out.key("qualifier").string(word_of(waiting.wish.qualifier));
    out.key("image").string(waiting.wish.image);
    out.key("tenant").string(waiting.wish.tenant);
    out.key("project").string(waiting.wish.project);
    out.key("stage").string(waiting.wish.stage);
    out.key("cpu_limit").integer(waiting.wish.cpu_limit);
    out.key("memory_limit").integer(waiting.wish.memory_limit);
    out.key("attempts").integer(waiting.attempt);
    out.key("reason").string(waiting.reason).end_object();
}

io::Task<void> show_pool(Api& api, Call call) {
    const hosting::GetPool get;
    const Result<hosting::PoolDetails> details = co_await api.kernel.submit(pool, get);
    if (!details) co_return call.fail(details.error());
    const hosting::ListWaiting list;
    const Result<hosting::WaitingContainers> waiting = co_await api.kernel.submit(pool, list);
    if (!waiting) co_return call.fail(waiting.error());
    wire::JsonWriter out(call.answer.body);
    out.object().key("details").object().key("servers").array();
    for (const hosting::HostDetails& host : details->hosts) write_server(out, host);
    out.end_array().key("waiting").integer(details->waiting);
    out.key("waiting_containers").array();
    for (const hosting::WaitingContainer& one : waiting->containers) write_waiting(out, one);
    out.end_array().end_object().end_object();
}

io::Task<void> show_server(Api& api, Call call, HostId host) {
    const hosting::GetPool get;
    const Result<hosting::PoolDetails> details = co_await api.kernel.submit(pool, get);
    if (!details) co_return call.fail(details.error());
    for (const hosting::HostDetails& one : details->hosts) {
        if (one.host != host) continue;
        wire::JsonWriter out(call.answer.body);
        out.object().key("details");
        write_server(out, one);
        out.end_object();
        co_return;
    }
    call.fail(Error{Errc::not_found, "pool server"});
}

io::Task<void> add(Api& api, Call call, hosting::AddHost command) {
    const Result<hosting::HostDetails> added = co_await api.kernel.submit(pool, std::move(command));
    if (!added) co_return call.fail(added.error());
    call.reply_id("id", added->host.value);
}

// Draining and resuming answer with how the host stands then.
template <class Command>
io::Task<void> change(Api& api, Call call, Command command) {
    const Result<hosting::HostDetails> changed = co_await api.kernel.submit(pool, command);
    if (!changed) co_return call.fail(changed.error());
    wire::JsonWriter(call.answer.body)
        .object()
        .key("status")
        .string(word_of_status(changed->status))
        .key("containers")
        .integer(changed->containers)
        .key("empty")
        .boolean(changed->containers == 0)
        .end_object();
}

io::Task<void> remove(Api& api, Call call, hosting::RemoveHost command) {
    const Result<hosting::HostRemoved> removed = co_await api.kernel.submit(pool, command);
    if (!removed) co_return call.fail(removed.error());
    wire::JsonWriter(call.answer.body)
        .object()
        .key("deleted")
        .boolean(true)
        .key("lost_runtimes")
        .integer(removed->lost)
        .end_object();
}

template <class Command>
io::Task<void> change_server(Api& api, const Call& call) {
    Command command;
    Members in;
    in.id("id", command.host.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return change(api, call, command);
}

bool is_amount(std::uint64_t value) {
    return value > 0 && value <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

io::Task<void> get_pool_details(Api& api, const Call& call) {
    Members in;
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return show_pool(api, call);
}

io::Task<void> get_pool_server_details(Api& api, const Call& call) {
    HostId host;
    Members in;
    in.id("id", host.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return show_server(api, call, host);
}

io::Task<void> create_pool_server(Api& api, const Call& call) {
    std::uint64_t cpus = 0;
    std::uint64_t memory = 0;
    std::uint64_t containers = 0;
    hosting::AddHost command;
    Members in;
    in.text("docker_daemon_uri", command.config.address, image_max);
    in.id("cpu_count", cpus).id("memory_size", memory).id("max_containers", containers);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    for (const auto& [name, value] : {std::pair("cpu_count", cpus),
                                      std::pair("memory_size", memory),
                                      std::pair("max_containers", containers)})
        if (!is_amount(value)) return call.refuse(violated(name, "must be 1 to 4294967295"));
    const Result<io::ContainerHost*> known = api.io.containers.at(command.config.address);
    if (!known) return call.refuse({400, qualifier::wrong_argument, known.error().detail});
    command.config.cpu_count = static_cast<std::uint32_t>(cpus);
    command.config.memory_mb = static_cast<std::uint32_t>(memory);
    command.config.max_containers = static_cast<std::uint32_t>(containers);
    return add(api, call, std::move(command));
}

io::Task<void> drain_pool_server(Api& api, const Call& call) {
    return change_server<hosting::DrainHost>(api, call);
}

io::Task<void> resume_pool_server(Api& api, const Call& call) {
    return change_server<hosting::ResumeHost>(api, call);
}

io::Task<void> delete_pool_server(Api& api, const Call& call) {
    hosting::RemoveHost command;
    Members in;
    in.id("id", command.host.value).boolean("force", command.force).optional();
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return remove(api, call, command);
}

}  // namespace playback::omgservers
