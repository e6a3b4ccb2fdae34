// Session: one command's view of what is remembered and of the node that it talks to: which
// installation, on whose behalf, with which token.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "tools/ctl/caller.h"
#include "tools/ctl/parse.h"
#include "tools/ctl/state.h"

namespace playback::ctl {

struct Installation {
    std::string name;
    std::string address;   // "http://127.0.0.1:8080"
    std::string registry;  // "localhost:5000"
};
Installation local_installation();

// A password as it was given: `-` is the first line of standard input. Fails with
// invalid_argument.
Result<std::string> read_secret(const std::string& given);
// A file, or standard input for `-`. Fails with invalid_argument.
Result<std::string> read_file(const std::string& path);

class Session {
public:
    // Fails with invalid_argument (there is no such installation), or as State.
    static Result<std::unique_ptr<Session>> open(const Invocation& asked);

    [[nodiscard]] const Installation& installation() const { return installation_; }
    [[nodiscard]] const State& state() const { return state_; }

    // A call with a token of the role that it is of; logs in for it if a password is at hand.
    // Fails as Caller::call, or with invalid_argument if nobody is logged in.
    Result<nlohmann::json> call(std::string_view method, const nlohmann::json& body);

    // The token is used and kept. Fails as Caller::call.
    Result<std::string> log_in(std::string_view role,
                               const std::string& user,
                               const std::string& password);

    // The password of a role that was given by file or environment; none if there is none.
    Result<std::optional<std::string>> given_password(std::string_view role,
                                                      const std::string& user) const;

    // Keeps values for `get` and the defaults of later commands.
    Result<void> remember(const nlohmann::json& values);

    // A password as an argument gave it: `-` keeps it off the command line, and then it is that of
    // --password-file, the environment or the first line of standard input, whichever is first.
    Result<std::string> password_of(std::string_view role,
                                    const std::string& user,
                                    const std::string& given) const;

    // The values of the last result of this installation for which `fits`; null if there is none.
    [[nodiscard]] nlohmann::json last_result(
        const std::function<bool(const nlohmann::json&)>& fits) const;

    // Of the first call that was refused, if one was.
    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

private:
    struct Token {
        std::string text;
        bool is_fresh = false;  // of this command
    };

    Session(const Invocation& asked,
            State state,
            std::vector<nlohmann::json> entries,
            Installation installation,
            Address address);

    // Fails as Caller::call; a refusal is kept.
    Result<nlohmann::json> ask(std::string_view method,
                               const std::string& token,
                               const nlohmann::json& body);
    [[nodiscard]] bool is_result(const nlohmann::json& entry) const;
    [[nodiscard]] std::string user_of(std::string_view role) const;
    [[nodiscard]] std::optional<Token> kept_token(std::string_view role) const;
    Result<Token> find_token(std::string_view role);

    const Invocation& asked_;
    State state_;
    std::vector<nlohmann::json> entries_;
    Installation installation_;
    Caller caller_;
    std::optional<Refusal> refusal_;
    std::map<std::string, Token, std::less<>> tokens_;  // by role
};

// The member as text, if it is one.
std::string text_in(const nlohmann::json& object, std::string_view member);

}  // namespace playback::ctl
