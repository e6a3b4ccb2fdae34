// Problem: a refusal in the protocol's words (omgservers.md 0.2): a status and a qualifier.
//
// The body is {"qualifier": ...} and nothing else; what a person needs to mend the request goes
// into the header X-Error-Detail. `problem_of` maps the few codes of the rooms to qualifiers; where
// a code alone is ambiguous, the rooms' details are the qualifiers themselves.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/services/http_handler.h"

namespace playback::omgservers {

namespace qualifier {
inline constexpr std::string_view validation = "VALIDATION_CONSTRAINT_VIOLATED";
inline constexpr std::string_view wrong_request = "WRONG_REQUEST";
inline constexpr std::string_view wrong_media_type = "WRONG_MEDIA_TYPE";
inline constexpr std::string_view wrong_argument = "WRONG_ARGUMENT";
inline constexpr std::string_view wrong_version = "WRONG_VERSION";
inline constexpr std::string_view wrong_message = "WRONG_MESSAGE";
inline constexpr std::string_view wrong_credentials = "WRONG_CREDENTIALS";
inline constexpr std::string_view user_not_found = "USER_NOT_FOUND";
inline constexpr std::string_view permission_not_found = "PERMISSION_NOT_FOUND";
inline constexpr std::string_view unauthorized_request = "UNAUTHORIZED_REQUEST";
inline constexpr std::string_view object_not_found = "OBJECT_NOT_FOUND";
inline constexpr std::string_view db_constraint_violated = "DB_CONSTRAINT_VIOLATED";
inline constexpr std::string_view idempotency_violated = "IDEMPOTENCY_VIOLATED";
inline constexpr std::string_view unsupported_feature = "UNSUPPORTED_FEATURE";
inline constexpr std::string_view feature_disabled = "FEATURE_DISABLED";
inline constexpr std::string_view internal = "INTERNAL_EXCEPTION_OCCURRED";
inline constexpr std::string_view db_exception = "DB_EXCEPTION_UNHANDLED";
}  // namespace qualifier

struct Problem {
    int status = 500;
    std::string_view qualifier = qualifier::internal;
    std::string detail;                     // for people; empty: none
    std::string_view challenge = "Bearer";  // of a 401: how to say who one is
};

Problem problem_of(const Error& error);

// Replaces whatever the answer held.
void write_problem(services::Answer& answer, const Problem& problem);

}  // namespace playback::omgservers
