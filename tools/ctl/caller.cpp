#include "tools/ctl/caller.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/wire/http1_client.h"
#include "tools/playback/client_world.h"

namespace playback::ctl {
namespace {

using nlohmann::json;

constexpr Duration call_patience = seconds(30);
constexpr std::uint16_t usual_http_port = 80;

Error bad_address(std::string_view url, std::string_view why) {
    return {Errc::invalid_argument,
            std::string(url) + " is no address of a node: http://HOST:PORT is (" +
                std::string(why) + ")"};
}

// What to do about it, by the qualifier of the refusal.
std::string_view advice_on(const Refusal& refusal, std::string_view method) {
    struct Advice {
        std::string_view qualifier;
        std::string_view text;
    };
    static constexpr std::array advices = {
        Advice{"DB_CONSTRAINT_VIOLATED", "The name is taken: choose another."},
        Advice{"PERMISSION_NOT_FOUND",
               "The user lacks the right; support gives it (support tenant, project or stage "
               "create-permission)."},
        Advice{"OBJECT_NOT_FOUND", "Look with get-details which ids and names there are."},
        Advice{"USER_NOT_FOUND", "There is no such user."},
        Advice{"WRONG_IMAGE",
               "The image must be called TENANT/PROJECT:TAG, with tenant and project as given."},
        Advice{"WRONG_VERSION_STATE", "The version has no image: developer version create-image."},
    };
    const bool is_login = method.ends_with("/create-token");
    if (refusal.status == 429)
        return "Too many log-ins from here: wait a minute, or start the node with "
               "--rate-limit-exempt.";
    if (refusal.status == 401 && is_login) return "User and password do not belong together.";
    if (refusal.status == 401)
        return "The token is not valid there (any more): log in again with create-token, or say "
               "--password-file.";
    if (refusal.status == 404 && refusal.qualifier.empty())
        return "Is this the address of a Playback node?";
    for (const Advice& advice : advices)
        if (advice.qualifier == refusal.qualifier) return advice.text;
    return {};
}

std::string in_words(const Refusal& refusal, std::string_view method) {
    std::string text = std::string(method) + " was refused: " + std::to_string(refusal.status);
    if (!refusal.qualifier.empty()) text += " " + refusal.qualifier;
    if (!refusal.detail.empty()) text += " (" + refusal.detail + ")";
    const std::string_view advice = advice_on(refusal, method);
    return advice.empty() ? text : text + ". " + std::string(advice);
}

struct Answer {
    int status = 0;
    std::string detail;  // of a refusal (X-Error-Detail)
    std::string body;
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

io::Task<Result<Answer>> read_answer(io::Stream& stream) {
    wire::ResponseParser parser("POST");
    std::string buffer(16 * 1024, '\0');
    const auto is_over = [&] {
        return parser.state() == wire::ResponseParser::State::done ||
               parser.state() == wire::ResponseParser::State::failed;
    };
    while (!is_over()) {
        const Result<std::size_t> got = co_await stream.read_some(buffer);
        if (!got) co_return got.error();
        if (*got == 0) parser.end_of_stream();
        if (*got == 0) break;
        parser.feed(std::string_view(buffer).substr(0, *got));
    }
    if (parser.state() != wire::ResponseParser::State::done)
        co_return Error{Errc::corrupt, "the answer makes no sense"};
    Answer answer;
    answer.status = parser.status();
    answer.detail = parser.header("x-error-detail").value_or("");
    answer.body = parser.take_body();
    co_return answer;
}

// Each call has a connection of its own: minutes may lie between them (a push), and a node closes
// those that are idle. Fails with unavailable if the request did not leave, else unknown_outcome.
io::Task<Result<Answer>> exchange(io::Io io, io::Endpoint to, std::string request) {
    const Instant deadline = io.clock.now() + call_patience;
    Result<std::unique_ptr<io::Stream>> stream = co_await io.network.connect(to, deadline);
    if (!stream) co_return Error{Errc::unavailable, stream.error().detail};
    (*stream)->expire_at(deadline);
    const Result<void> sent = co_await (*stream)->write(request);
    if (!sent)
        co_return Error{Errc::unknown_outcome, "the request was lost: " + sent.error().detail};
    Result<Answer> answer = co_await read_answer(**stream);
    if (!answer)
        co_return Error{Errc::unknown_outcome, "the answer was lost: " + answer.error().detail};
    co_return answer;
}

io::Task<void> exchange_into(io::Io io,
                             io::Endpoint to,
                             std::string request,
                             std::optional<Result<Answer>>& into) {
    Result<Answer> answer = co_await exchange(io, std::move(to), std::move(request));
    into.emplace(std::move(answer));
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (url.find('@') != std::string_view::npos)  // not repeated: it may hold a password
        return Error{Errc::invalid_argument, "an address has no user and password in it"};
    if (url.starts_with("https://"))
        return bad_address(url, "https is not spoken here: name the node itself, or a tunnel");
    if (!url.starts_with(scheme)) return bad_address(url, "it begins with http://");
    std::string_view rest = url.substr(scheme.size());
    while (rest.ends_with('/')) rest.remove_suffix(1);
    const std::size_t slash = rest.find('/');
    Address address;
    address.url = std::string(scheme) + std::string(rest);
    if (slash != std::string_view::npos) address.prefix = rest.substr(slash);
    for (const char c : address.prefix)
        if (c <= ' ' || c > '~' || c == '?' || c == '#')
            return bad_address(url, "a path has no spaces, ? and #");
    std::string host(rest.substr(0, slash));
    const bool has_port = host.find(':', host.rfind(']') + 1) != std::string::npos;
    if (!has_port) host += ":" + std::to_string(usual_http_port);
    Result<io::Endpoint> endpoint = io::parse_endpoint(host);
    if (!endpoint) return bad_address(url, endpoint.error().detail);
    if (endpoint->host.empty()) return bad_address(url, "a host is missing");
    address.endpoint = *std::move(endpoint);
    return address;
}

Caller::Caller(Address address) : address_(std::move(address)) {
}

Result<json> Caller::call(std::string_view method, const std::string& token, const json& body) {
    refusal_.reset();
    if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; }))
        return Error{Errc::corrupt, "the token that was kept is none: log in again"};
    const std::size_t slash = method.find('/');
    const std::string path = address_.prefix + "/service/v1/entrypoint/" +
                             std::string(method.substr(0, slash)) + "/request/" +
                             std::string(method.substr(slash + 1));
    const std::string host = io::to_string(address_.endpoint);
    const std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    wire::ClientRequest request;
    request.method = "POST";
    request.target = path;
    request.host = host;
    request.body = text;
    request.bearer_token = token;
    request.keep_alive = false;
    std::string bytes;
    wire::append_request(bytes, request);
    std::optional<Result<Answer>> got;
    tools::ClientWorld world;
    world.real().run(exchange_into(world.io(), address_.endpoint, std::move(bytes), got));
    world.real().shutdown();
    if (!got)
        return Error{Errc::unknown_outcome, std::string(method) + ": the call was interrupted"};
    Result<Answer>& answer = *got;
    if (!answer && answer.error().code == Errc::unknown_outcome)
        return Error{Errc::unknown_outcome,
                     std::string(method) + ": " + answer.error().detail +
                         ". It may or may not have happened: look before you repeat it"};
    if (!answer)
        return Error{Errc::unavailable,
                     "nobody answers at " + address_.url + " (" + answer.error().detail +
                         "). Is the node running? Another one is chosen with -n, or for good with "
                         "`playback ctl config installation use-custom NAME ADDRESS`"};
    json said = json::parse(answer->body, nullptr, false);
    if (answer->ok() && said.is_object()) return said;
    if (answer->ok())
        return Error{Errc::unknown_outcome,
                     std::string(method) + ": " + address_.url +
                         " answers, but not as a Playback node does"};
    Refusal refusal;
    refusal.status = answer->status;
    refusal.detail = answer->detail;
    if (said.is_object() && said.contains("qualifier") && said["qualifier"].is_string())
        refusal.qualifier = said["qualifier"].get<std::string>();
    refusal_ = refusal;
    return Error{Errc::refused, in_words(refusal, method)};
}

}  // namespace playback::ctl
