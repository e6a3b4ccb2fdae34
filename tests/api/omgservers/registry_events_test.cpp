// Spec: omgservers.md 1.8, 9 scenario 24.
#include "engine/api/omgservers/registry_events.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

constexpr const char* path = "/service/v1/entrypoint/registry/request/handle-events";
constexpr const char* secret = "a-secret-of-the-registry";

// As the registry 2.8 sends them.
Json event(const char* action, const std::string& repository, const Json& tag) {
    Json target = {{"mediaType", "application/vnd.docker.distribution.manifest.v2+json"},
                   {"size", 528},
                   {"digest", "sha256:" + std::string(64, 'a')},
                   {"length", 528},
                   {"repository", repository},
                   {"url", "http://127.0.0.1:5000/v2/" + repository + "/manifests/x"}};
    if (!tag.is_null()) target["tag"] = tag;
    return {{"id", "c0f8a6d2"},
            {"timestamp", "2026-11-22T06:00:00.000000000Z"},
            {"action", action},
            {"target", target},
            {"request", {{"id", "1"}, {"addr", "127.0.0.1:4000"}, {"method", "PUT"}}},
            {"actor", {{"name", "7"}}},
            {"source", {{"addr", "registry:5000"}, {"instanceID", "x"}}}};
}

std::string envelope(const std::vector<Json>& events) {
    return Json{{"events", events}}.dump();
}

TEST(RegistryEvents, KeepPushesWithATag) {
    const auto pushes = read_registry_events(envelope({event("push", "t/p", "1"),
                                                       event("push", "t/p", nullptr),
                                                       event("pull", "t/p", "1"),
                                                       event("dance", "t/p", "1"),
                                                       event("push", "", "1"),
                                                       event("push", std::string(256, 'r'), "1"),
                                                       event("push", "a/b/c/d", "2")}));
    ASSERT_TRUE(pushes) << pushes.error().detail;
    const std::vector<RegistryPush> expected{{"t/p", "1"}, {"a/b/c/d", "2"}};
    EXPECT_EQ(*pushes, expected);
    EXPECT_TRUE(read_registry_events(envelope({}))->empty());
    EXPECT_TRUE(read_registry_events(R"({"events":[{}],"more":[1,{"x":null}]})")->empty());
    EXPECT_TRUE(read_registry_events(R"({"events":[{"action":null,"target":{"tag":null}}]})"));
}

TEST(RegistryEvents, RefuseWhatIsNone) {
    for (const char* text : {"",
                             "{}",
                             "[]",
                             "null",
                             "events",
                             R"({"events":{}})",
                             R"({"events":[1]})",
                             R"({"events":[{"action":1}]})",
                             R"({"events":[{"target":"x"}]})",
                             R"({"events":[{"target":{"tag":7}}]})",
                             R"({"events":[]} x)",
                             R"({"events":[{"action":"push"})"}) {
        const auto pushes = read_registry_events(text);
        ASSERT_FALSE(pushes) << text;
        EXPECT_EQ(pushes.error().code, Errc::invalid_argument) << text;
        EXPECT_FALSE(pushes.error().detail.empty()) << text;
    }
    std::vector<Json> many;
    for (std::size_t i = 0; i < registry_events_max; ++i) many.push_back(event("pull", "t/p", "1"));
    EXPECT_TRUE(read_registry_events(envelope(many)));
    many.push_back(many.front());
    EXPECT_FALSE(read_registry_events(envelope(many)));
}

class RegistryEventsTest : public ApiTest {
protected:
    static NodeConfig with_secret(const char* its_secret, bool anonymous) {
        NodeConfig with = config();
        with.registry_secret = its_secret;
        with.registry_events_anonymous = anonymous;
        return with;
    }
    explicit RegistryEventsTest(const NodeConfig& with = with_secret(secret, false))
        : ApiTest(with) {}

    HttpReply notify(const std::string& body, std::string_view shown = secret) {
        return exchange(
            request(path,
                    body,
                    shown,
                    "Content-Type: application/vnd.docker.distribution.events.v1+json\r\n"));
    }
    std::string pushed(const std::string& repository, const Json& tag) {
        return notify(envelope({event("push", repository, tag)})).outcome();
    }
    std::string new_version(const Game& game) {
        const Json version = {{"tenant", "t"}, {"project", "p"}, {"config", version_config()}};
        return call("developer", "create-version", version, game.developer.token)
            .text("version_id");
    }
    Json images_of(const Game& game, const std::string& version) {
        const Json body = {{"tenant", "t"}, {"version_id", version}};
        return call("developer", "get-version-details", body, game.developer.token)
            .json()["details"]["images"];
    }
};

TEST_F(RegistryEventsTest, APushMakesTheVersionsImage) {
    const Game game = new_tenant();
    const std::string version = new_version(game);
    const std::string repository = "omgservers/" + game.tenant + "/" + game.project + "/universal";
    EXPECT_EQ(pushed(repository, nullptr), "200") << "a layer";
    EXPECT_TRUE(images_of(game, version).empty());
    EXPECT_EQ(pushed(repository, version), "200");
    const Json images = images_of(game, version);
    ASSERT_EQ(images.size(), 1U);
    EXPECT_EQ(images[0]["qualifier"], "UNIVERSAL");
    EXPECT_EQ(images[0]["image_id"], repository + ":" + version);
    // The registry repeats what it got no answer to.
    EXPECT_EQ(pushed(repository, version), "200");
    EXPECT_EQ(images_of(game, version), images);

    EXPECT_EQ(pushed("omgservers/t/p/match", version), "200");
    EXPECT_EQ(pushed("omgservers/t/p/lobby", version), "200");
    EXPECT_EQ(images_of(game, version).size(), 3U);

    const Json deployment = {
        {"tenant", "t"}, {"project", "p"}, {"stage", "s"}, {"version_id", version}};
    EXPECT_EQ(call("developer", "deploy-version", deployment, game.developer.token).status, 200);
}

TEST_F(RegistryEventsTest, WhatIsOfNoVersionIsIgnored) {
    const Game game = new_tenant();
    const std::string version = new_version(game);
    for (const char* repository : {"t/p",
                                   "omgservers/t/p",
                                   "omgservers/t/p/other",
                                   "omgservers/t/p/x/universal",
                                   "other/t/p/universal",
                                   "omgservers/u/p/universal",
                                   "omgservers/t/q/universal",
                                   "omgservers/0/0/universal",
                                   "OMGSERVERS/t/p/universal"})
        EXPECT_EQ(pushed(repository, version), "200") << repository;
    for (const char* tag : {"latest", "123456", "-1", "0", "18446744073709551616"})
        EXPECT_EQ(pushed("omgservers/t/p/universal", tag), "200") << tag;
    EXPECT_TRUE(images_of(game, version).empty());
    // One that is of use behind one that is not.
    EXPECT_EQ(notify(envelope({event("push", "omgservers/u/p/universal", version),
                               event("delete", "omgservers/t/p/universal", version),
                               event("push", "omgservers/t/p/universal", version)}))
                  .outcome(),
              "200");
    EXPECT_EQ(images_of(game, version).size(), 1U);
}

TEST_F(RegistryEventsTest, ForgedOnesAreRefused) {
    const Game game = new_tenant();
    const std::string version = new_version(game);
    const std::string body = envelope({event("push", "omgservers/t/p/universal", version)});
    EXPECT_EQ(notify(body, "").outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(notify(body, "another-secret-of-someone").outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(notify(body, std::string(secret) + "x").outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(notify(body, game.developer.token).outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(notify("garbage", "").outcome(), "401 WRONG_CREDENTIALS") << "not even read";
    EXPECT_TRUE(images_of(game, version).empty());
    EXPECT_EQ(notify("garbage").outcome(), "400 WRONG_REQUEST");
    EXPECT_EQ(notify("{}").outcome(), "400 WRONG_REQUEST");
    EXPECT_EQ(
        exchange(std::string("GET ") + path + " HTTP/1.1\r\nHost: game.test\r\n\r\n").outcome(),
        "405 WRONG_REQUEST");
}

class NoRegistryEvents : public RegistryEventsTest {
protected:
    NoRegistryEvents() : RegistryEventsTest(config()) {}
};

TEST_F(NoRegistryEvents, WithoutASecretNobodyIsBelieved) {
    EXPECT_EQ(notify(envelope({}), "").outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(notify(envelope({}), secret).outcome(), "401 WRONG_CREDENTIALS");
}

class AnonymousRegistryEvents : public RegistryEventsTest {
protected:
    AnonymousRegistryEvents() : RegistryEventsTest(with_secret("", true)) {}
};

TEST_F(AnonymousRegistryEvents, AreTakenIfThatIsSaid) {
    const Game game = new_tenant();
    const std::string version = new_version(game);
    const std::string body = envelope({event("push", "omgservers/t/p/universal", version)});
    EXPECT_EQ(notify(body, "").outcome(), "200");
    EXPECT_EQ(images_of(game, version).size(), 1U);
}

}  // namespace
}  // namespace playback::omgservers
