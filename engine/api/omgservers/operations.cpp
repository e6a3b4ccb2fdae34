#include <string_view>
#include <vector>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/io/metrics.h"
#include "engine/services/ip_range.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

bool is_loopback(const services::IpAddress& address) {
    constexpr std::uint8_t v4_loopback = 127;
    if (address.is_v4()) return address.bytes[12] == v4_loopback;
    services::IpAddress v6_loopback;
    v6_loopback.bytes.back() = 1;
    return address == v6_loopback;
}

// Said by proxies only, which call from this machine for somebody who is elsewhere.
bool is_forwarded(const wire::Request& request) {
    return request.header("forwarded") || request.header("x-forwarded-for") ||
           request.header("x-real-ip");
}

// A peer without an address came through a unix socket: the file system let it in.
bool may_read_metrics(const Api& api, const Call& call) {
    if (is_forwarded(call.request)) return false;
    const std::string_view peer = call.peer;
    if (peer.empty() || peer.starts_with("unix")) return true;
    const Result<services::IpAddress> address = services::parse_ip(peer);
    return address &&
           (is_loopback(*address) || services::contains(api.options.metrics_readers, *address));
}

}  // namespace

io::Task<void> disabled(Api&, const Call& call) {
    return call.refuse({409, qualifier::feature_disabled, "builds from source are not offered"});
}

io::Task<void> health(Api&, const Call& call) {
    call.answer.body += R"({"status":"UP"})";
    return {};
}

io::Task<void> ready(Api& api, const Call& call) {
    // Names only: this is for anybody.
    std::vector<std::string_view> missing;
    if (api.stopping()) missing.emplace_back("stopping");
    if (!api.kernel.is_loaded()) missing.emplace_back("data");
    if (!api.options.hosts_answer()) missing.emplace_back("containers");

    wire::JsonWriter writer(call.answer.body);
    writer.object().key("status").string(missing.empty() ? "UP" : "DOWN");
    if (!missing.empty()) {
        call.answer.status = 503;
        writer.key("not_ready").array();
        for (const std::string_view name : missing) writer.string(name);
        writer.end_array();
    }
    writer.end_object();
    return {};
}

io::Task<void> metrics(Api& api, const Call& call) {
    if (!may_read_metrics(api, call))
        return call.refuse({404, qualifier::object_not_found, "there is no such path"});
    call.answer.content_type = "text/plain; version=0.0.4";
    api.kernel.show_metrics();
    call.answer.body = api.io.metrics.render();
    return {};
}

}  // namespace playback::omgservers
