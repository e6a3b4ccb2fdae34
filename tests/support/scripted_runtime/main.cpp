// The game server of the acceptance tests: it does what the rules in its version's config say.
//
//   scripted_runtime P1|P2
//
// It speaks that generation as the SDKs do: it logs in, polls, and ends at the first call that
// fails (exit code 4) or when its dispatcher socket is lost (5). Of the first generation it always
// opens that socket, of the second if the config has "real_time": true. In `user_data`:
//
//   {"rules": {"CLIENT_ASSIGNED": [ITEM, ...], "CLIENT_REMOVED": ..., "MESSAGE_RECEIVED": ...,
//              "REAL_TIME": ...}, "real_time": false}
//
// An ITEM is {qualifier, body} as a runtime sends it; "$client", "$group", "$profile", "$message",
// "$runtime", "$kind" (LOBBY or MATCH) and "$clients" in it become the values. Events have the
// names of the second generation in both; REAL_TIME is a frame of the dispatcher. A client's
// message {"do": [ITEM, ...]} is followed, too. Items of its own: EXIT ends it with code 3, HANG
// makes it do nothing any more, SEND_REAL_TIME sends its body to the dispatcher.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include "tests/support/live_http.h"

namespace playback::testing {
namespace {

using nlohmann::json;

constexpr auto pause_between_polls = std::chrono::milliseconds(60);
constexpr int wrong_environment = 1;
constexpr int told_to = 3;
constexpr int call_failed = 4;
constexpr int socket_lost = 5;

[[noreturn]] void end(int code, const std::string& why) {
    std::printf("scripted_runtime ends: %s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(code);
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr) end(wrong_environment, std::string(name) + " is not set");
    return value;
}

class ScriptedRuntime {
public:
    explicit ScriptedRuntime(bool is_old)
        : is_old_(is_old),
          service_(variable("OMGSERVERS_SERVICE_URL")),
          kind_(variable(is_old ? "OMGSERVERS_RUNTIME_QUALIFIER" : "OMGSERVERS_QUALIFIER")) {}

    [[noreturn]] void run() {
        const json credentials = {{"runtime_id", variable("OMGSERVERS_RUNTIME_ID")},
                                  {"password", variable("OMGSERVERS_PASSWORD")}};
        token_reply_ = call("create-token", credentials);
        token_ = token_reply_["api_token"];
        if (is_old_) open_socket();
        for (;;) {
            poll();
            if (!socket_)
                ::usleep(std::chrono::microseconds(pause_between_polls).count());
            else if (!socket_->pump(pause_between_polls))
                end(socket_lost, "the dispatcher's socket is lost");
            take_frames();
        }
    }

private:
    json call(const char* method, const json& body) {
        const std::string path =
            target_of_url(service_) + "/service/v1/entrypoint/runtime/request/" + method;
        const HttpAnswer answer = post_http(address_of_url(service_), path, body.dump(), token_);
        if (answer.status != 200)
            end(call_failed, method + (" " + std::to_string(answer.status)) + answer.body);
        return json::parse(answer.body);
    }

    void open_socket() {
        std::string url = service_ + "/dispatcher/v1/entrypoint/websocket/endpoint?ws_token=";
        std::string protocol = "omgservers";
        if (is_old_) {
            url += token_reply_["ws_token"];
        } else {
            url = token_reply_["dispatcher_config"]["connection_url"];
            protocol = token_reply_["dispatcher_config"]["sec_web_socket_protocol"];
        }
        socket_ =
            std::make_unique<LiveWebSocket>(address_of_url(url), target_of_url(url), protocol);
        if (!socket_->client.opened()) end(socket_lost, "no dispatcher: " + socket_->client.head);
    }

    void poll() {
        const std::string entries = is_old_ ? "_commands" : "_messages";
        const json body = {{"outgoing" + entries, std::exchange(outgoing_, json::array())},
                           {"consumed" + entries, std::exchange(consumed_, json::array())}};
        const json answer = call(is_old_ ? "interchange" : "interchange-messages", body);
        for (const json& one : answer["incoming" + entries]) {
            consumed_.push_back(one["id"]);
            // What was not consumed in time comes again.
            if (seen_.insert(one["id"].get<std::string>()).second)
                take(one["qualifier"], one["body"]);
        }
    }

    void take(const std::string& qualifier, const json& body) {
        const json about = {{"$client", body.value("client_id", json())},
                            {"$group", body.value("group_name", json())},
                            {"$profile", body.value("profile", json())},
                            {"$message", body.value("message", json())}};
        if (qualifier == (is_old_ ? "INIT_RUNTIME" : "RUNTIME_CREATED")) return created(body);
        if (qualifier == "CLIENT_ASSIGNED" || qualifier == "ADD_CLIENT" ||
            qualifier == "ADD_MATCH_CLIENT") {
            clients_.insert(about["$client"].get<std::string>());
            return follow("CLIENT_ASSIGNED", about);
        }
        if (qualifier == (is_old_ ? "DELETE_CLIENT" : "CLIENT_REMOVED")) {
            clients_.erase(about["$client"].get<std::string>());
            return follow("CLIENT_REMOVED", about);
        }
        if (qualifier == (is_old_ ? "HANDLE_MESSAGE" : "MESSAGE_RECEIVED"))
            return follow("MESSAGE_RECEIVED", about);
        end(call_failed, "of another generation: " + qualifier);
    }

    void created(const json& body) {
        const json& config = body["runtime_config"][is_old_ ? "version_config" : "config"];
        rules_ = config["user_data"].value("rules", json::object());
        if (!is_old_ && config["user_data"].value("real_time", false)) open_socket();
    }

    void take_frames() {
        if (!socket_) return;
        const std::vector<std::string> texts = socket_->client.texts();
        socket_->client.lines.clear();
        for (const std::string& text : texts) {
            const json frame = json::parse(text);
            follow("REAL_TIME",
                   {{"$client", frame["client_id"]},
                    {"$group", nullptr},
                    {"$profile", nullptr},
                    {"$message", frame["message"]}});
        }
    }

    void follow(const char* event, const json& about) {
        for (const json& item : rules_.value(event, json::array())) act(item, about);
        const json& message = about["$message"];
        if (!message.is_object() || !message.contains("do")) return;
        for (const json& item : message["do"]) act(item, about);
    }

    void act(json item, const json& about) {
        fill(item, about);
        const std::string qualifier = item["qualifier"];
        if (qualifier == "EXIT") end(told_to, "as it was told");
        while (qualifier == "HANG") ::pause();
        if (qualifier != "SEND_REAL_TIME")
            outgoing_.push_back(std::move(item));
        else if (socket_)
            socket_->client.text(item["body"].dump());
    }

    void fill(json& value, const json& about) const {
        if (value.is_structured()) {
            for (json& inner : value) fill(inner, about);
        } else if (value == "$clients") {
            value = clients_;
        } else if (value == "$kind") {
            value = kind_;
        } else if (value == "$runtime") {
            value = variable("OMGSERVERS_RUNTIME_ID");
        } else if (value.is_string() && about.contains(value.get<std::string>())) {
            value = json(about[value.get<std::string>()]);
        }
    }

    const bool is_old_;
    const std::string service_;
    const std::string kind_;
    std::string token_;
    json token_reply_;
    json rules_ = json::object();
    json outgoing_ = json::array();
    json consumed_ = json::array();
    std::set<std::string> seen_;
    std::set<std::string> clients_;
    std::unique_ptr<LiveWebSocket> socket_;
};

}  // namespace
}  // namespace playback::testing

int main(int count, char** arguments) {
    // The first process of a container has no default actions: it must ask to be ended.
    ::signal(SIGTERM, [](int) { std::_Exit(0); });
    const std::string generation = count == 2 ? arguments[1] : "";
    if (generation != "P1" && generation != "P2") {
        std::fputs("scripted_runtime takes P1 or P2\n", stderr);
        return 2;
    }
    playback::testing::ScriptedRuntime(generation == "P1").run();
}
