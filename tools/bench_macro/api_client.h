// ApiClient: calls of a node, one after the other, to set up what is measured. Blocking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "tools/bench_macro/connect.h"

namespace playback::bench {

class ApiClient {
public:
    explicit ApiClient(std::uint16_t port) : port_(port) {}

    // POST to /service/v1/entrypoint/ROLE/request/METHOD. Fails with refused and the answer in
    // words unless that is 200.
    Result<nlohmann::json> call(std::string_view role,
                                std::string_view method,
                                const nlohmann::json& body,
                                std::string_view token = {});
    // The same of one member of the answer, a string.
    Result<std::string> ask(std::string_view path, const nlohmann::json& body, const char* member);
    // The body of a GET.
    Result<std::string> get(std::string_view path);
    // Any request, as bytes: the body of its answer.
    Result<std::string> exchange(std::string_view request);
    // From now on `ask` is by whom this token says.
    void speak_as(std::string token) { token_ = std::move(token); }

private:
    std::uint16_t port_;
    Descriptor socket_;
    std::string token_;
};

// The text of a member that is a string; empty if it is not there.
std::string text_of(const nlohmann::json& object, const char* member);

}  // namespace playback::bench
