#include "engine/api/omgservers/api.h"

#include <optional>
#include <utility>

#include "engine/api/omgservers/connector.h"
#include "engine/api/omgservers/dispatcher.h"
#include "engine/api/omgservers/passed_on.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"

namespace playback::omgservers {
namespace {

Problem no_credentials(std::string detail) {
    return {401, qualifier::wrong_credentials, std::move(detail)};
}

// What can be said about method and media type, before anyone is asked who they are.
std::optional<Problem> check_form(const Route& route, const wire::Request& request) {
    if (route.access == Access::socket) {
        if (request.method == "GET") return std::nullopt;
        return Problem{405, qualifier::wrong_request, "a WebSocket begins with GET"};
    }
    if (route.access == Access::operation) {
        if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
        return Problem{405, qualifier::wrong_request, "this path takes GET"};
    }
    if (route.access == Access::get_or_post) {
        if (request.method == "GET" || request.method == "POST") return std::nullopt;
        return Problem{405, qualifier::wrong_request, "this path takes GET and POST"};
    }
    if (request.method != "POST")
        return Problem{405, qualifier::wrong_request, "all calls are POST"};
    if (route.access == Access::json && !request.is_json())
        return Problem{400, qualifier::wrong_media_type, "Content-Type must be application/json"};
    return std::nullopt;
}

std::string_view methods_of(Access access) {
    if (access == Access::operation) return "GET, HEAD";
    if (access == Access::socket) return "GET";
    return access == Access::get_or_post ? "GET, POST" : "POST";
}

bool admit(const Call& call, Duration wait) {
    if (wait == Duration{}) return true;
    call.fail({429, qualifier::unauthorized_request, "too many anonymous calls from this address"});
    const std::int64_t seconds_left = wait.ns / 1'000'000'000 + 1;
    wire::append_header(call.answer.headers, "Retry-After", std::to_string(seconds_left));
    return false;
}

}  // namespace

Api::Api(io::Io& its_io, kernel::Kernel& its_kernel, services::Tokens& its_tokens, ApiOptions its)
    : io(its_io),
      kernel(its_kernel),
      tokens(its_tokens),
      registry_tokens(its_io, its_tokens),
      options(std::move(its)),
      anonymous_(options.anonymous),
      connector_(std::make_unique<Connector>(*this, options.sockets)),
      dispatcher_(std::make_unique<Dispatcher>(*this, options.sockets)) {
}

Api::~Api() = default;

void Api::start_stopping() {
    stopping_ = true;
    connector_->stop();
    dispatcher_->stop();
}

std::unique_ptr<services::Upgrade> Api::resume(std::string_view words, std::string unsent) {
    if (words.starts_with(connector_letter))
        return connector_->resume(words.substr(1), std::move(unsent));
    if (words.starts_with(dispatcher_letter))
        return dispatcher_->resume(words.substr(1), std::move(unsent));
    return nullptr;
}

io::Task<void> Api::handle(const wire::Request& request,
                           std::string_view peer,
                           services::Answer& answer) {
    Call call{request, peer, answer, {}};
    const std::size_t index = table_.find(request.path);
    if (index == 0) return call.refuse({404, qualifier::object_not_found, "there is no such path"});
    answer.route = index;
    const Route& route = RouteTable::at(index);
    if (const std::optional<Problem> wrong = check_form(route, request)) {
        call.fail(*wrong);
        if (wrong->status == 405)
            wire::append_header(answer.headers, "Allow", methods_of(route.access));
        return {};
    }
    if (route.role == accounts::Role::none) return route.handler(*this, call);

    const std::string_view token = request.bearer_token();
    if (token.empty()) return call.refuse(no_credentials("a bearer token is needed"));
    const std::optional<services::Session> session = tokens.find(token);
    if (!session) return authenticate_then(route, call);
    call.session = *session;
    return run(route, call);
}

io::Task<void> Api::authenticate_then(const Route& route, Call call) {
    std::string token(call.request.bearer_token());
    const Result<services::Session> session = co_await tokens.verify(std::move(token));
    if (!session) co_return call.fail(session.error());
    call.session = *session;
    io::Task<void> rest = run(route, call);
    if (rest.valid()) co_await std::move(rest);
}

io::Task<void> Api::run(const Route& route, const Call& call) {
    if (call.session.role != route.role && !PLAYBACK_PLANT(role_unchecked))
        return call.refuse(
            {403, qualifier::unauthorized_request, "the token's role may not make this call"});
    return route.handler(*this, call);
}

void Api::refuse(const wire::HttpError& error, services::Answer& answer) {
    Problem problem{error.status, qualifier::wrong_request, std::string(error.reason)};
    if (error.status == 501 || error.status == 505)
        problem.qualifier = qualifier::unsupported_feature;
    else if (error.status >= 500)
        problem.qualifier = qualifier::internal;
    write_problem(answer, problem);
}

bool Api::admit_anonymous(const Call& call) {
    return admit(call, anonymous_.take(call.peer, io.clock.now()));
}

bool Api::admit_failures(const Call& call) {
    return admit(call, anonymous_.wait_of(call.peer, io.clock.now()));
}

void Api::count_anonymous(const Call& call) {
    (void)anonymous_.take(call.peer, io.clock.now());
}

}  // namespace playback::omgservers
