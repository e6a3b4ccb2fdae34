// The recorder on a small world: an echo over HTTP, faults, states.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/io/clock.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "sim/fault_driver.h"
#include "sim/node.h"
#include "sim/report/compare.h"
#include "sim/report/recorder.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

const io::Endpoint server_endpoint{"10.0.0.1", 80, ""};
const std::string request =
    "POST /say HTTP/1.1\r\nAuthorization: Bearer top-secret-1\r\nContent-Length: 25\r\n\r\n"
    "{\"password\":\"hidden-one\"}";
const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhidden-one";

class Server final : public Program {
public:
    explicit Server(SimNode& node) : io_(node.io()), tasks_(io_.executor) { tasks_.spawn(serve()); }

private:
    io::Task<void> serve() {
        auto listener = io_.network.listen(server_endpoint);
        for (;;) {
            auto stream = co_await (*listener)->accept();
            if (!stream) co_return;
            tasks_.spawn(talk(*std::move(stream)));
        }
    }
    io::Task<void> talk(std::unique_ptr<io::Stream> stream) {
        std::string buffer(4096, '\0');
        for (std::size_t got = 0;;) {
            Result<std::size_t> count = co_await stream->read_some(buffer);
            if (!count || *count == 0) co_return;
            got += *count;
            if (got < request.size()) continue;
            got = 0;
            Result<void> sent = co_await stream->write(answer);
            if (!sent) co_return;
        }
    }
    io::Io io_;
    io::TaskGroup tasks_;
};

class Client final : public Program {
public:
    Client(SimNode& node, int& rounds) : io_(node.io()), rounds_(rounds), tasks_(io_.executor) {
        tasks_.spawn(talk());
    }

private:
    io::Task<void> talk() {
        std::string buffer(4096, '\0');
        for (;;) {
            const Instant deadline = io_.clock.now() + seconds(5);
            auto stream = co_await io_.network.connect(server_endpoint, deadline);
            while (stream) {
                Result<void> sent = co_await (*stream)->write(request);
                if (!sent) break;
                Result<std::size_t> got = co_await (*stream)->read_some(buffer);
                if (!got || *got == 0) break;
                ++rounds_;
                co_await io::sleep_until(io_.clock, io_.clock.now() + milliseconds(100));
            }
            co_await io::sleep_until(io_.clock, io_.clock.now() + milliseconds(50));
        }
    }
    io::Io io_;
    int& rounds_;
    io::TaskGroup tasks_;
};

struct Played {
    std::uint64_t hash = 0;
    Recording recording;
};

Played play(const std::vector<PlanFault>& faults, bool is_recorded, RecorderOptions options = {}) {
    World world(WorldOptions{.seed = 5});
    NodeOptions server{.name = "server"};
    server.addresses = {"10.0.0.1"};
    int rounds = 0;
    world.add_node(server).start([](SimNode& node) { return std::make_unique<Server>(node); });
    world.add_node({.name = "client"}).start([&rounds](SimNode& node) {
        return std::make_unique<Client>(node, rounds);
    });
    FaultDriver driver(world);
    driver.schedule(faults);
    Recorder recorder(options);
    const auto state = [&rounds] {
        EntityState one{"client", "c", {{"rounds", std::to_string(rounds)}}};
        return std::vector<EntityState>{one};
    };
    if (is_recorded) recorder.begin({world, state, {"client", "server"}, {}});
    Played result;
    result.hash = world.run_until(Instant{} + seconds(3)).trace_hash;
    if (is_recorded) recorder.end();
    result.recording = recorder.take();
    return result;
}

const PlanFault kill{7, Instant{} + seconds(1), milliseconds(300), "node_kill", "server", {}};

std::vector<Item> items_of(const Recording& recording, ItemKind kind) {
    std::vector<Item> found;
    for (const Item& item : recording.items)
        if (item.kind == kind) found.push_back(item);
    return found;
}

TEST(ReportRecorder, ChangesNothing) {
    const Played recorded = play({kill}, true);
    EXPECT_EQ(recorded.hash, play({kill}, false).hash);
    EXPECT_EQ(recorded.recording.trace_hash, recorded.hash);
}

TEST(ReportRecorder, SeesMessagesAsHttp) {
    const Recording recording = play({}, true).recording;
    const std::vector<Item> messages = items_of(recording, ItemKind::message);
    ASSERT_GT(messages.size(), 20U);
    EXPECT_EQ(messages[0].text, "POST /say");
    EXPECT_EQ(messages[1].text, "200 OK to POST /say");
    EXPECT_EQ(recording.lanes[messages[0].lane].name, "client");
    EXPECT_EQ(recording.lanes[messages[0].other].name, "server");
    EXPECT_EQ(recording.lanes[messages[1].lane].name, "server");
    EXPECT_LT(messages[0].from, messages[0].to);
    EXPECT_LE(messages[0].to, messages[1].from);
    EXPECT_FALSE(messages[0].is_bad);
}

TEST(ReportRecorder, KeepsNoSecret) {
    for (const Item& item : play({}, true).recording.items) {
        EXPECT_EQ((item.text + item.detail).find("hidden-one"), std::string::npos) << item.detail;
        EXPECT_EQ((item.text + item.detail).find("top-secret"), std::string::npos);
    }
}

TEST(ReportRecorder, FaultsHaveDurationsAndProcessesEnds) {
    const Recording recording = play({kill}, true).recording;
    const std::vector<Item> faults = items_of(recording, ItemKind::fault);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].id, 7U);
    EXPECT_EQ(faults[0].to - faults[0].from, milliseconds(300));
    std::vector<std::string> texts;
    for (const Item& item : items_of(recording, ItemKind::process))
        if (recording.lanes[item.lane].name == "server") texts.push_back(item.text);
    EXPECT_EQ(texts, (std::vector<std::string>{"starts", "ends: killed", "starts again"}));
}

TEST(ReportRecorder, StatesAreKnownAfterTheStepThatChangedThem) {
    const Recording recording = play({}, true).recording;
    const std::vector<Item> states = items_of(recording, ItemKind::state);
    ASSERT_GT(states.size(), 10U);
    EXPECT_EQ(states[0].changes.front().value, "1");
    // The round is counted in the very step in which the answer arrives, or right after it.
    const Item second = items_of(recording, ItemKind::message)[1];
    EXPECT_GE(states[0].from, second.to);
    EXPECT_LT(states[0].from - second.to, milliseconds(5));
    EXPECT_EQ(recording.base.front().value, "0");
}

TEST(ReportRecorder, OfALongRunTheLastStays) {
    RecorderOptions options;
    options.items_max = 30;
    const Recording recording = play({}, true, options).recording;
    EXPECT_EQ(recording.items.size(), 30U);
    EXPECT_GT(recording.dropped, 0U);
    EXPECT_GT(recording.begin, Instant{} + seconds(1));
    // What came before the window is known when it begins.
    ASSERT_FALSE(recording.base.empty());
    EXPECT_GT(std::stoi(recording.base.front().value), 3);
}

TEST(ReportRecorder, OrTheFirstAfterATime) {
    RecorderOptions options;
    options.items_max = 10;
    options.keeps_last = false;
    options.from = Instant{} + seconds(1);
    const Recording recording = play({}, true, options).recording;
    EXPECT_TRUE(recording.is_cut_behind);
    EXPECT_EQ(recording.begin, Instant{} + seconds(1));
    EXPECT_LT(recording.items.back().from, Instant{} + seconds(2));
}

TEST(ReportCompare, FindsTheFirstDifference) {
    const Recording quiet = play({}, true).recording;
    const Recording killed = play({kill}, true).recording;
    EXPECT_EQ(first_difference(quiet, play({}, true).recording), std::nullopt);
    const auto difference = first_difference(killed, quiet);
    ASSERT_TRUE(difference);
    EXPECT_GE(difference->at, kill.at);
    EXPECT_LT(difference->at, kill.at + milliseconds(200));
    const Item& item = killed.items[difference->left];
    EXPECT_TRUE(item.kind == ItemKind::process || item.from >= kill.at) << item.text;
}

}  // namespace
}  // namespace playback::sim
