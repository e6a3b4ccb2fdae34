#include "engine/api/omgservers/problem.h"

#include <algorithm>
#include <array>

#include "engine/wire/http1.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

constexpr std::size_t detail_bytes_max = 200;

// Details that are qualifiers (engine/domain/catalog/values.h, mailbox, lobby).
constexpr std::array<std::string_view, 5> spoken = {"WRONG_ARGUMENT",
                                                    "WRONG_IMAGE",
                                                    "WRONG_VERSION_STATE",
                                                    "DEPLOYMENT_NOT_FOUND",
                                                    "RUNTIME_NOT_FOUND"};

// The detail, if it is a qualifier; else `otherwise`.
std::string_view spoken_or(const Error& error, std::string_view otherwise) {
    const auto found = std::ranges::find(spoken, error.detail);
    return found == spoken.end() ? otherwise : *found;
}

// What may stand in a header: printable ASCII, and not too much of it.
std::string printable(std::string_view text) {
    std::string result(text.substr(0, detail_bytes_max));
    for (char& c : result)
        if (c < ' ' || c > '~') c = '?';
    return result;
}

}  // namespace

Problem problem_of(const Error& error) {
    switch (error.code) {
        case Errc::invalid_argument:
            return {400, spoken_or(error, qualifier::validation), error.detail};
        case Errc::already_exists:
            return {400, qualifier::db_constraint_violated, error.detail};
        case Errc::full:
            return {400, qualifier::db_constraint_violated, error.detail};
        case Errc::unauthenticated:
            return {401, qualifier::wrong_credentials, error.detail};
        case Errc::denied:
            return {403, spoken_or(error, qualifier::permission_not_found), error.detail};
        case Errc::not_found:
            return {404, spoken_or(error, qualifier::object_not_found), error.detail};
        case Errc::conflict:
            return {409, spoken_or(error, qualifier::idempotency_violated), error.detail};
        case Errc::unsupported:
            return {409, qualifier::unsupported_feature, error.detail};
        case Errc::unavailable:
            return {503, qualifier::internal, error.detail};
        case Errc::unknown_outcome:
            return {500, qualifier::db_exception, error.detail};
        default:
            return {500, qualifier::internal, error.detail};
    }
}

void write_problem(services::Answer& answer, const Problem& problem) {
    answer.status = problem.status;
    answer.body.clear();
    answer.headers.clear();
    answer.content_type = "application/json";
    wire::JsonWriter(answer.body).object().key("qualifier").string(problem.qualifier).end_object();
    if (!problem.detail.empty())
        wire::append_header(answer.headers, "X-Error-Detail", printable(problem.detail));
    if (problem.status == 503) wire::append_header(answer.headers, "Retry-After", "1");
    if (problem.status == 401)
        wire::append_header(answer.headers, "WWW-Authenticate", problem.challenge);
}

}  // namespace playback::omgservers
