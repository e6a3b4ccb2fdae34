#include "tools/ctl/session.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

namespace playback::ctl {
namespace {

using nlohmann::json;

constexpr std::string_view usual_password = "support";  // of support, where games are tried out

Installation installation_in(const json& entry) {
    return {text_in(entry, "name"), text_in(entry, "address"), text_in(entry, "registry")};
}

// `asked` by name or address, else the last that was chosen, else this machine's.
Result<Installation> find_installation(const std::vector<json>& entries, const std::string& asked) {
    if (asked.find("://") != std::string::npos) {
        TRY(address, parse_address(asked));
        return Installation{address.url, address.url, io::to_string(address.endpoint)};
    }
    std::string known = "local";
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (text_in(*entry, "type") != "installation") continue;
        const std::string name = text_in(*entry, "name");
        if (asked.empty() || name == asked) return installation_in(*entry);
        if (!known.contains(name)) known += ", " + name;
    }
    if (asked.empty() || asked == "local") return local_installation();
    return Error{Errc::invalid_argument,
                 "no installation is called " + asked + " (there is " + known +
                     "): `playback ctl config installation use-custom " + asked +
                     " ADDRESS` makes it known"};
}

std::string environment_name(std::string_view role) {
    std::string name = "PLAYBACK_CTL_";
    for (const char c : role)
        name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name + "_PASSWORD";
}

std::string first_line(const std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string role_of(std::string_view method) {
    return std::string(method.substr(0, method.find('/')));
}

}  // namespace

std::string text_in(const json& object, std::string_view member) {
    if (!object.is_object()) return {};
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Installation local_installation() {
    return {"local", "http://127.0.0.1:8080", "localhost:5000"};
}

Result<std::string> read_secret(const std::string& given) {
    if (given != "-") return given;
    std::string line;
    std::getline(std::cin, line);
    line = first_line(line);
    if (line.empty())
        return Error{Errc::invalid_argument, "standard input has no password on its first line"};
    return line;
}

Result<std::string> read_file(const std::string& path) {
    if (path == "-")
        return std::string(std::istreambuf_iterator<char>(std::cin),
                           std::istreambuf_iterator<char>());
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) return Error{Errc::invalid_argument, "cannot read " + path};
    return text;
}

Result<std::unique_ptr<Session>> Session::open(const Invocation& asked) {
    TRY(path, state_path(asked.option("--state")));
    State state(path);
    TRY(entries, state.read());
    std::string wanted = asked.option("--installation");
    if (wanted.empty() && asked.command->is_local_testing) wanted = "local";
    TRY(installation, find_installation(entries, wanted));
    TRY(address, parse_address(installation.address));
    return std::unique_ptr<Session>(new Session(
        asked, std::move(state), std::move(entries), std::move(installation), std::move(address)));
}

Session::Session(const Invocation& asked,
                 State state,
                 std::vector<json> entries,
                 Installation installation,
                 Address address)
    : asked_(asked),
      state_(std::move(state)),
      entries_(std::move(entries)),
      installation_(std::move(installation)),
      caller_(std::move(address)) {
}

Session::~Session() = default;

Result<json> Session::ask(std::string_view method, const std::string& token, const json& body) {
    Result<json> answer = caller_.call(method, token, body);
    if (!answer && !refusal_) refusal_ = caller_.refusal();
    return answer;
}

json Session::last_result(const std::function<bool(const json&)>& fits) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
        if (is_result(*entry) && fits((*entry)["values"])) return (*entry)["values"];
    return nullptr;
}

bool Session::is_result(const json& entry) const {
    return text_in(entry, "type") == "result" &&
           text_in(entry, "installation") == installation_.name && entry.contains("values") &&
           entry["values"].is_object();
}

// Who acts in a role if nobody says: the bootstrap user of that name, or the last developer made.
std::string Session::user_of(std::string_view role) const {
    if (asked_.has("--user")) return asked_.option("--user");
    if (role != "developer") return std::string(role);
    const json made = last_result([](const json& values) { return values.contains("user_id"); });
    return text_in(made, "user_id");
}

std::optional<Session::Token> Session::kept_token(std::string_view role) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        const bool fits =
            text_in(*entry, "type") == "token" && text_in(*entry, "role") == role &&
            text_in(*entry, "installation") == installation_.name &&
            (!asked_.has("--user") || text_in(*entry, "user") == asked_.option("--user"));
        if (fits) return Token{text_in(*entry, "token"), false};
    }
    return std::nullopt;
}

Result<std::optional<std::string>> Session::given_password(std::string_view role,
                                                           const std::string& user) const {
    if (asked_.has("--password-file")) {
        const std::string path = asked_.option("--password-file");
        TRY(text, read_file(path));
        const json passwords = json::parse(text, nullptr, false);
        std::string password = passwords.is_object() ? text_in(passwords, user) : first_line(text);
        if (password.empty())
            return Error{Errc::invalid_argument,
                         "--password-file: there is no password of " + user + " in " + path};
        return password;
    }
    const char* const named = std::getenv(environment_name(role).c_str());
    if (named != nullptr && *named != '\0') return std::string(named);
    if (asked_.command->is_local_testing && role == "support") return std::string(usual_password);
    return std::nullopt;
}

Result<std::string> Session::password_of(std::string_view role,
                                         const std::string& user,
                                         const std::string& given) const {
    if (given != "-") return given;
    TRY(password, given_password(role, user));
    if (password) return *std::move(password);
    return read_secret(given);
}

Result<std::string> Session::log_in(std::string_view role,
                                    const std::string& user,
                                    const std::string& password) {
    const std::string method = std::string(role) + "/create-token";
    const json body{{"user", user}, {"password", password}};
    TRY_VOID(state_.prepare());
    TRY(answer, ask(method, "", body));
    std::string token = text_in(answer, "raw_token");
    tokens_.insert_or_assign(std::string(role), Token{token, true});
    const json entry{{"type", "token"},
                     {"installation", installation_.name},
                     {"role", role},
                     {"user", user},
                     {"token", token}};
    entries_.push_back(entry);
    TRY_VOID(state_.append(entry));
    return token;
}

// A password that was given with the command wins over a token that was kept, and that one over
// the environment.
Result<Session::Token> Session::find_token(std::string_view role) {
    const auto known = tokens_.find(role);
    if (known != tokens_.end()) return known->second;
    const bool is_given = asked_.has("--password-file");
    if (!is_given) {
        if (std::optional<Token> kept = kept_token(role)) return *std::move(kept);
    }
    const std::string user = user_of(role);
    TRY(password, given_password(role, user));
    if (!password)
        return Error{Errc::invalid_argument,
                     "nobody is logged in as " + std::string(role) + " at " + installation_.name +
                         ": `playback ctl " + std::string(role) +
                         " create-token USER -` reads the password from standard input; "
                         "--password-file and " +
                         environment_name(role) + " give it too"};
    if (user.empty())
        return Error{Errc::invalid_argument, "-u has to say which developer the password is of"};
    TRY(token, log_in(role, user, *password));
    return Token{token, true};
}

Result<json> Session::call(std::string_view method, const json& body) {
    const std::string role = role_of(method);
    TRY_VOID(state_.prepare());
    TRY(token, find_token(role));
    Result<json> answer = ask(method, token.text, body);
    const bool is_stale = !answer && caller_.refusal() && caller_.refusal()->status == 401;
    if (!is_stale || token.is_fresh) return answer;
    // Nothing happened. A new token is a log-in away, if the password is at hand.
    const std::string user = user_of(role);
    TRY(password, given_password(role, user));
    if (!password || user.empty()) return answer;
    refusal_.reset();
    TRY(fresh, log_in(role, user, *password));
    return ask(method, fresh, body);
}

Result<void> Session::remember(const json& values) {
    json entry{{"type", "result"},
               {"installation", installation_.name},
               {"command", asked_.command->words},
               {"values", values}};
    TRY_VOID(state_.append(entry));
    entries_.push_back(std::move(entry));
    return {};
}

}  // namespace playback::ctl
