// Call: one request on its way through a handler, and the usual ways to end it.
//
// A handler of the route table either answers at once and returns an empty task, or returns the
// task that will. Calls are copied into those tasks: all they refer to lives as long as the request
// (services/http_handler.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/api/omgservers/problem.h"
#include "engine/base/result.h"
#include "engine/domain/accounts/inputs.h"
#include "engine/domain/ids.h"
#include "engine/io/task.h"
#include "engine/services/http_handler.h"
#include "engine/services/session_cache.h"
#include "engine/wire/http1.h"

namespace playback::omgservers {

class Api;

struct Call {
    const wire::Request& request;
    std::string_view peer;
    services::Answer& answer;
    services::Session session;  // of anonymous calls: role none

    [[nodiscard]] std::string_view body() const { return request.body; }
    [[nodiscard]] UserId user() const { return {session.subject}; }
    // Who asks, as the catalogue wants it: the developer, or zero for support.
    [[nodiscard]] UserId caller() const {
        return session.role == accounts::Role::developer ? user() : UserId{};
    }

    // The returned task is empty: `return call.refuse(...)`, `co_return` needs the void form.
    io::Task<void> refuse(const Problem& problem) const {
        write_problem(answer, problem);
        return {};
    }
    void fail(const Problem& problem) const { write_problem(answer, problem); }
    void fail(const Error& error) const { write_problem(answer, problem_of(error)); }

    // {"name": value} and nothing else.
    void reply_id(std::string_view name, std::uint64_t id) const;
    void reply_boolean(std::string_view name, bool value) const;
    void reply_string(std::string_view name, std::string_view value) const;
    void reply_nothing() const;  // {}
};

using Handler = io::Task<void> (*)(Api& api, const Call& call);

}  // namespace playback::omgservers
