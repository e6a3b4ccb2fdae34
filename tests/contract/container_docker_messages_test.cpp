// Docker's words: what we send, and what we make of whatever the daemon sends.
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapters/docker/docker_host.h"
#include "adapters/docker/messages.h"

namespace playback::adapters::docker {
namespace {

TEST(DockerMessages, ImagesHaveATag) {
    EXPECT_EQ(split_image("game"), (ImageName{"game", "latest"}));
    EXPECT_EQ(split_image("game:7"), (ImageName{"game", "7"}));
    EXPECT_EQ(split_image("host:5000/ns/game"), (ImageName{"host:5000/ns/game", "latest"}));
    EXPECT_EQ(split_image("host:5000/ns/game:7"), (ImageName{"host:5000/ns/game", "7"}));
    EXPECT_EQ(split_image("game@sha256:ab"), (ImageName{"game@sha256:ab", ""}));
}

TEST(DockerMessages, ARegistrysTokenIsPaddedBase64OfJson) {
    // {"registrytoken":"a.b.c"} and {"registrytoken":"ab"}
    EXPECT_EQ(registry_auth("a.b.c"), "eyJyZWdpc3RyeXRva2VuIjoiYS5iLmMifQ==");
    EXPECT_EQ(registry_auth("ab"), "eyJyZWdpc3RyeXRva2VuIjoiYWIifQ==");
    EXPECT_EQ(registry_auth("abc"), "eyJyZWdpc3RyeXRva2VuIjoiYWJjIn0=");
}

TEST(DockerMessages, AddressesAreUnixOrTcp) {
    EXPECT_EQ(docker_endpoint("unix:///run/docker.sock")->path, "/run/docker.sock");
    EXPECT_EQ(docker_endpoint("tcp://127.0.0.1:2375")->port, 2375);
    for (const char* const wrong : {"", "unix://", "http://x:1", "tcp://", "process:"})
        EXPECT_EQ(docker_endpoint(wrong).error().code, Errc::invalid_argument) << wrong;
}

TEST(DockerMessages, ASpecBecomesABody) {
    io::ContainerSpec spec;
    spec.name = "lobby_1";
    spec.image = "game:1";
    spec.environment = {{"A", "b=\"c\""}};
    spec.labels = {{"com.playback.node", "n1"}};
    spec.cpu_limit = 250;
    spec.memory_limit = 64;
    spec.network = "host";
    EXPECT_EQ(create_body(spec),
              R"({"Env":["A=b=\"c\""],"HostConfig":{"CpuPeriod":100000,"CpuQuota":250000,)"
              R"("LogConfig":{"Config":{"max-file":"8","max-size":"10m"},"Type":"json-file"},)"
              R"("Memory":67108864,"MemorySwap":67108864,"NetworkMode":"host",)"
              R"("RestartPolicy":{"Name":"no"}},"Image":"game:1",)"
              R"("Labels":{"com.playback.node":"n1"}})");
}

TEST(DockerMessages, QueriesAreEscaped) {
    EXPECT_EQ(escape("a-b_c.d~/é "), "a-b_c.d~%2F%C3%A9%20");
    EXPECT_EQ(label_filter("a", "b"), "%7B%22label%22%3A%5B%22a%3Db%22%5D%7D");
}

TEST(DockerMessages, AnInspectionTellsHowItEnded) {
    const auto oom = parse_inspection(
        R"({"Name":"/x","Config":{"Image":"i","Labels":{"b":"2","a":"1"}},)"
        R"("State":{"Status":"exited","OOMKilled":true,"ExitCode":137,"Error":""}})");
    ASSERT_TRUE(oom);
    EXPECT_EQ(oom->image, "i");
    EXPECT_EQ(oom->status.name, "x");
    EXPECT_EQ(oom->status.labels, (io::Labels{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(oom->status.state, io::ContainerState::exited);
    EXPECT_EQ(oom->status.exit_code, 137);
    EXPECT_EQ(oom->status.reason, "out of memory");
    const auto plain = parse_inspection(R"({"State":{"Status":"dead","ExitCode":2}})");
    EXPECT_EQ(plain->status.reason, "exit 2");
    const auto paused = parse_inspection(R"({"State":{"Status":"paused"}})");
    EXPECT_EQ(paused->status.state, io::ContainerState::running);
}

TEST(DockerMessages, OddAnswersAreNoCrash) {
    EXPECT_EQ(parse_list("{}").error().code, Errc::corrupt);
    EXPECT_EQ(parse_list("[").error().code, Errc::corrupt);
    EXPECT_EQ(parse_list(R"([{"Names":[]},{"Names":null},{},7])")->size(), 0U);
    EXPECT_EQ(parse_list(R"([{"Names":["/b"]},{"Names":["/a"]}])")->front().name, "a");
    EXPECT_EQ(parse_inspection("[]").error().code, Errc::corrupt);
    EXPECT_TRUE(parse_inspection(R"({"Name":7,"State":[],"Config":null})"));
    EXPECT_EQ(message_of(R"({"message":"no"})"), "no");
    EXPECT_EQ(message_of("plain words"), "plain words");
    EXPECT_EQ(message_of(std::string(5000, 'x')).size(), 1000U);
}

TEST(DockerMessages, APullFailsInsideItsStream) {
    PullProgress fine;
    EXPECT_TRUE(fine.take("{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\"}\r\n"));
    PullProgress missing;
    EXPECT_EQ(missing.take("{\"error\":\"manifest unknown\"}\n").error().code, Errc::not_found);
    PullProgress broken;
    EXPECT_EQ(broken.take("{\"error\":\"no space left\"}\n").error().code, Errc::io_failed);
    PullProgress endless;
    EXPECT_EQ(endless.take(std::string(Lines::line_bytes_max + 1, ' ')).error().code,
              Errc::corrupt);
}

TEST(DockerMessages, EventsNameWhatHappenedToWhom) {
    const Event event = parse_event(R"({"Action":"die","Actor":{"ID":"abc"}})");
    EXPECT_EQ(event.action, "die");
    EXPECT_EQ(event.container, "abc");
    EXPECT_EQ(parse_event("nonsense").action, "");
}

std::string framed(const std::string& text) {
    std::string header("\1\0\0\0\0\0\0\0", 8);
    header[6] = static_cast<char>(text.size() >> 8);
    header[7] = static_cast<char>(text.size());
    return header + text;
}

RC_GTEST_PROP(DockerMessages, LogsAreTheEndHoweverTheyAreCut, ()) {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
    std::string stream;
    std::string text;
    for (const std::string& piece : pieces) {
        stream += framed(piece);
        text += piece;
    }
    const auto bytes_max = *rc::gen::inRange<std::size_t>(0, 40);
    LogTail tail(bytes_max);
    std::string_view rest = stream;
    while (!rest.empty()) {
        const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
        tail.take(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    const std::size_t kept = std::min(bytes_max, text.size());
    RC_ASSERT(std::move(tail).text() == text.substr(text.size() - kept));
}

RC_GTEST_PROP(DockerMessages, LinesAreTheSameHoweverTheyAreCut, (const std::string& text)) {
    Lines whole;
    const auto expected = *whole.take(text);
    Lines cut;
    std::vector<std::string> got;
    for (const char c : text) {
        for (std::string& line : *cut.take(std::string_view(&c, 1))) got.push_back(line);
    }
    RC_ASSERT(got == expected);
}

}  // namespace
}  // namespace playback::adapters::docker
