#include "tests/acceptance/player.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace playback::acceptance {
namespace {

// What the first generation calls the messages of the second.
std::string newer_word(const std::string& word) {
    static const std::map<std::string, std::string> words = {
        {"SERVER_WELCOME_MESSAGE", "CLIENT_GREETED"},
        {"RUNTIME_ASSIGNMENT_MESSAGE", "RUNTIME_ASSIGNED"},
        {"CONNECTION_UPGRADE_MESSAGE", "CONNECTION_UPGRADED"},
        {"DISCONNECTION_REASON_MESSAGE", "CLIENT_DELETED"},
        {"SERVER_OUTGOING_MESSAGE", "MESSAGE_PRODUCED"}};
    const auto found = words.find(word);
    EXPECT_TRUE(found != words.end() || word == "MATCHMAKER_ASSIGNMENT_MESSAGE") << word;
    return found == words.end() ? word : found->second;
}

}  // namespace

Json Message::body() const {
    return Json::parse(text);
}

const char* name_of(Way way) {
    if (way == Way::p1) return "P1";
    return way == Way::p2 ? "P2" : "P2Connector";
}

testing::HttpAnswer call_node(const std::string& address,
                              const std::string& role,
                              const std::string& method,
                              const Json& body,
                              std::string_view token) {
    const std::string path = "/service/v1/entrypoint/" + role + "/request/" + method;
    return testing::post_http(address, path, body.dump(), token);
}

void Player::sign_up() {
    const testing::HttpAnswer user = call_node(address_, "player", "create-user", Json::object());
    ASSERT_EQ(user.status, 200) << user.body;
    const Json credentials = Json::parse(user.body);
    EXPECT_FALSE(credentials["user_id"].get<std::string>().empty());
    EXPECT_EQ(credentials["password"].get<std::string>().size(), 32U);
    const testing::HttpAnswer made = call_node(address_, "player", "create-token", credentials);
    ASSERT_EQ(made.status, 200) << made.body;
    token_ = Json::parse(made.body)["raw_token"];
    EXPECT_FALSE(token_.empty());
}

Json Player::join(const Json& where) {
    const testing::HttpAnswer made = call_node(address_, "player", "create-client", where, token_);
    EXPECT_EQ(made.status, 200) << made.body;
    Json reply = Json::parse(made.body, nullptr, false);
    if (made.status != 200) return reply;
    client_ = reply["client_id"];
    if (way_ != Way::connector) return reply;
    const std::string url = reply["connector_config"]["connection_url"];
    const std::string protocol = reply["connector_config"]["sec_web_socket_protocol"];
    socket_ = std::make_unique<testing::LiveWebSocket>(
        testing::address_of_url(url), testing::target_of_url(url), protocol);
    EXPECT_TRUE(socket_->client.opened()) << socket_->client.head;
    return reply;
}

void Player::poll() {
    if (is_silent_ || client_.empty()) return;
    if (socket_)
        poll_socket();
    else
        poll_http();
}

void Player::say(const Json& message) {
    outgoing_.push_back(message.dump());
}

void Player::fall_silent() {
    is_silent_ = true;
    socket_.reset();
}

Json Player::entry(const std::string& message) const {
    Json body;
    body[way_ == Way::p1 ? "data" : "message"] = Json::parse(message);
    const char* const word = way_ == Way::p1 ? "CLIENT_OUTGOING_MESSAGE" : "MESSAGE_PRODUCED";
    return {{"qualifier", word}, {"body", std::move(body)}};
}

void Player::poll_http() {
    Json body = {{"client_id", client_},
                 {"outgoing_messages", Json::array()},
                 {"consumed_messages", consumed_}};
    for (const std::string& message : outgoing_)
        body["outgoing_messages"].push_back(entry(message));
    const char* const method = way_ == Way::p1 ? "interchange" : "interchange-messages";
    const testing::HttpAnswer answer = call_node(address_, "player", method, body, token_);
    if (answer.status == 409) return;  // it has no runtime at the moment, and says it again
    EXPECT_EQ(answer.status, 200) << answer.body;
    if (answer.status != 200) return;
    outgoing_.clear();
    consumed_.clear();
    const Json reply = Json::parse(answer.body);
    for (const Json& message : reply["incoming_messages"]) {
        consumed_.push_back(message["id"]);
        take(message);
    }
}

void Player::poll_socket() {
    for (const std::string& message : outgoing_) socket_->client.text(entry(message).dump());
    outgoing_.clear();
    socket_->pump();
    const std::vector<std::string> texts = socket_->client.texts();
    for (; socket_read_ < texts.size(); ++socket_read_) take(Json::parse(texts[socket_read_]));
}

// Once: what is not consumed in time comes again.
void Player::take(const Json& message) {
    const std::string id = message["id"];
    if (std::find(seen_.begin(), seen_.end(), id) != seen_.end()) return;
    seen_.push_back(id);
    const std::string word = message["qualifier"];
    mail_.push_back({way_ == Way::p1 ? newer_word(word) : word, message["body"].dump()});
}

std::vector<Json> Player::bodies(std::string_view qualifier) const {
    std::vector<Json> result;
    for (const Message& message : mail_)
        if (message.qualifier == qualifier) result.push_back(message.body());
    return result;
}

std::vector<Json> Player::heard() const {
    std::vector<Json> result;
    for (const Json& body : bodies("MESSAGE_PRODUCED")) result.push_back(body["message"]);
    return result;
}

bool Player::has_heard(const Json& message) const {
    const std::vector<Json> all = heard();
    return std::find(all.begin(), all.end(), message) != all.end();
}

std::size_t Player::assignments() const {
    return bodies("RUNTIME_ASSIGNED").size();
}

std::string Player::kind() const {
    const std::vector<Json> all = bodies("RUNTIME_ASSIGNED");
    return all.empty() ? "" : all.back()["runtime_qualifier"].get<std::string>();
}

std::string Player::runtime() const {
    const std::vector<Json> all = bodies("RUNTIME_ASSIGNED");
    return all.empty() ? "" : all.back()["runtime_id"].get<std::string>();
}

std::unique_ptr<testing::LiveWebSocket> Player::open_dispatcher() const {
    const std::vector<Json> all = bodies("CONNECTION_UPGRADED");
    if (all.empty()) return nullptr;
    std::string target = "/dispatcher/v1/entrypoint/websocket/endpoint?ws_token=";
    std::string protocol = "omgservers";
    if (way_ == Way::p1) {
        target += all.back()["web_socket_config"]["ws_token"];
    } else {
        const Json& config = all.back()["dispatcher_config"];
        target = testing::target_of_url(config["connection_url"].get<std::string>());
        protocol = config["sec_web_socket_protocol"];
    }
    return std::make_unique<testing::LiveWebSocket>(address_, target, protocol);
}

std::string Player::story() const {
    std::string text = "client " + client_ + (is_silent_ ? " (silent)" : "") + ":\n";
    for (const Message& message : mail_)
        text += "  " + message.qualifier + " " + message.text.substr(0, 200) + "\n";
    return text;
}

}  // namespace playback::acceptance
