#include "scenarios/actors/operator.h"

#include <array>

#include "engine/io/clock.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

constexpr Duration again_after = seconds(2);
constexpr std::string_view role = "admin";

std::string_view method_of(HostDeed deed) {
    constexpr std::array<std::string_view, 4> methods = {
        "create-pool-server", "drain-pool-server", "resume-pool-server", "delete-pool-server"};
    return methods[static_cast<std::size_t>(deed)];
}

// A call that was lost may have been heard; one whose status is an internal error, too.
NameOutcome outcome_of(const Result<HttpAnswer>& answer) {
    if (!answer)
        return answer.error().code == Errc::unknown_outcome ? NameOutcome::unknown
                                                            : NameOutcome::refused;
    if (answer->ok()) return NameOutcome::done;
    return answer->status >= 500 ? NameOutcome::unknown : NameOutcome::refused;
}

std::string new_host(const std::string& address) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("docker_daemon_uri").string(address).key("cpu_count").integer(128);
    out.key("memory_size").integer(65'536).key("max_containers").integer(64).end_object();
    return body;
}

}  // namespace

Operator::Operator(const io::Io& io, OperatorOptions options, Observer& observer)
    : io_(io),
      options_(std::move(options)),
      observer_(observer),
      http_(io_, options_.target),
      signal_(io_.clock) {
}

io::Task<void> Operator::work() {
    while (!is_stopped_) {
        if (orders_.empty()) {
            co_await signal_.wait();
            continue;
        }
        const Order order = orders_.front();
        if (!order.is_last) orders_.pop_front();
        co_await obey(order);
        if (!order.is_last) continue;
        const Instant again = io_.clock.now() + again_after;
        co_await signal_.wait(again);
    }
}

void Operator::order(Order order) {
    if (order.is_last) orders_.clear();
    orders_.push_back(order);
    signal_.notify_all();
}

void Operator::stop() {
    is_stopped_ = true;
    signal_.notify_all();
}

io::Task<void> Operator::obey(Order order) {
    if (order.host >= options_.hosts.size()) co_return;
    std::string body;
    if (order.deed == HostDeed::add) {
        body = new_host(options_.hosts[order.host]);
    } else {
        const std::uint64_t id = co_await find(order.host);
        if (id == 0) co_return;
        wire::JsonWriter out(body);
        out.object().key("id").id(id);
        if (order.force) out.key("force").boolean(true);
        out.end_object();
    }
    const Instant left = observer_.moment();
    observer_.host_called(order.deed, order.host, left, NameOutcome::unknown);
    const std::string_view method = method_of(order.deed);
    Result<HttpAnswer> answer = co_await call(method, std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    if (outcome != NameOutcome::unknown)
        observer_.host_called(order.deed, order.host, left, outcome);
}

io::Task<std::uint64_t> Operator::find(std::size_t host) {
    Result<HttpAnswer> answer = co_await call("get-pool-details", "{}");
    if (!answer || !answer->ok()) co_return 0;
    std::uint64_t found = 0;
    const auto read_server = [&](wire::JsonReader& in) {
        std::uint64_t id = 0;
        std::string address;
        in.object([&](std::string_view name) {
            if (name == "id")
                id = in.id();
            else if (name == "docker_daemon_uri")
                address = in.string();
        });
        if (address == options_.hosts[host]) found = id;
    };
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name != "details") return;
        in.object([&](std::string_view member) {
            if (member == "servers") in.array([&] { read_server(in); });
        });
    });
    co_return found;
}

io::Task<bool> Operator::log_in() {
    if (!token_.empty()) co_return true;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(options_.admin_user);
    out.key("password").string(options_.admin_password).end_object();
    HttpCall call;
    call.path = path_of(role, "create-token");
    call.body = std::move(body);
    call.patience = options_.patience;
    token_at_ = observer_.moment();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called("create-token", answer ? answer->status : 0);
    if (!answer || !answer->ok()) co_return false;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "raw_token") token_ = in.string();
    });
    co_return !token_.empty();
}

io::Task<Result<HttpAnswer>> Operator::call(std::string_view method, std::string body) {
    const bool is_in = co_await log_in();
    if (!is_in) co_return Error{Errc::refused, "the operator cannot log in"};
    HttpCall call;
    call.path = path_of(role, method);
    call.token = token_;
    call.body = std::move(body);
    call.patience = options_.patience;
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called(method, answer ? answer->status : 0);
    const std::string caller = "operator " + std::to_string(options_.number);
    CallSeen seen;
    seen.caller = caller;
    seen.method = method;
    seen.left = left;
    seen.has_token = true;
    seen.token_at = token_at_;
    show_answer(answer, seen);
    observer_.call_seen(seen);
    if (answer && answer->status == 401) token_.clear();
    co_return answer;
}

}  // namespace playback::scenarios
