#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/report/page.h"

namespace playback::sim {
namespace {

using nlohmann::json;

const std::string hostile = "</script><img src=x onerror=alert(1)>\xff {{DATA}} \"'&";

Page page_of(std::size_t items) {
    Page page;
    page.plan.scenario = "lobby";
    page.plan.ops.push_back({1, Instant{5}, "player-1", "say", {}});
    page.replay_command = "playback replay " + hostile;
    page.facts = {{"seed", "7"}};
    page.run.title = "This run fails";
    page.run.findings = {{"lost", "client", hostile, Instant{9'000'000'000}}};
    Recording& recording = page.run.recording;
    recording.lanes = {{"plan", "plan"}, {hostile, "node"}};
    recording.entities = {{"client", hostile}};
    for (std::size_t i = 0; i < items; ++i) {
        Item item;
        item.from = item.to = Instant{static_cast<std::int64_t>(i) * 1000};
        item.lane = 1;
        item.text = hostile + std::to_string(i);
        item.detail = std::string(300, 'x') + std::to_string(i);
        item.changes = {{0, "n", std::to_string(i)}};
        recording.items.push_back(item);
    }
    recording.end = Instant{static_cast<std::int64_t>(items) * 1000};
    return page;
}

// What the script reads.
json data_in(const std::string& page) {
    const std::string open = "<script type=\"application/json\" id=\"data\">";
    const std::size_t begin = page.find(open) + open.size();
    return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) ++found;
    return found;
}

TEST(ReportPage, IsOneFileThatLoadsNothing) {
    const std::string page = render_page({});
    EXPECT_TRUE(page.starts_with("<!doctype html>"));
    EXPECT_EQ(count(page, "{{STYLE}}") + count(page, "{{SCRIPT}}"), 0U);
    EXPECT_EQ(count(page, " src="), 0U);
    EXPECT_EQ(count(page, "<link"), 0U);
    EXPECT_EQ(count(page, "@import"), 0U);
    EXPECT_EQ(count(page, "default-src 'none'"), 1U);
}

TEST(ReportPage, PayloadIsOnlyEverData) {
    const std::string page = render_page(page_of(3));
    EXPECT_EQ(count(page, "<img"), 0U);
    EXPECT_EQ(count(page, "</script>"), 2U);  // the data's and the script's
    const json data = data_in(page);
    EXPECT_EQ(data["runs"][0]["items"].size(), 3U);
    const std::string lane = data["runs"][0]["lanes"][1][0];
    EXPECT_TRUE(lane.starts_with("</script><img")) << lane;
    EXPECT_NE(lane.find("{{DATA}}"), std::string::npos);
}

TEST(ReportPage, SaysWhatAReaderNeeds) {
    Page page = page_of(3);
    page.words.holds = [](std::string_view invariant) { return std::string(invariant) + " never"; };
    const json data = data_in(render_page(page));
    EXPECT_EQ(data["verdict"]["invariant"], "lost");
    EXPECT_EQ(data["verdict"]["promise"], "lost never");
    EXPECT_EQ(data["verdict"]["fingerprint"], "lost/client");
    EXPECT_EQ(data["facts"][0][1], "7");
    EXPECT_EQ(data["steps"][0]["text"], "player-1: say");
    EXPECT_EQ(data["difference"], nullptr);
}

TEST(ReportPage, ALongRunIsCutInFrontUntilItFits) {
    Page page = page_of(2000);
    page.without = page.run;
    page.without->recording.items[1900].text = "another";
    const std::size_t most = 300'000;
    ASSERT_GT(render_page(page, std::size_t{1} << 30).size(), 2 * most);
    const std::string cut = render_page(page, most);
    EXPECT_LE(cut.size(), most);
    const json data = data_in(cut);
    const json& run = data["runs"][0];
    EXPECT_LT(run["items"].size(), 2000U);
    EXPECT_EQ(run["items"].size() + run["dropped"].get<std::size_t>(), 2000U);
    EXPECT_EQ(run["begin"], run["items"][0][0]);
    EXPECT_EQ(data["runs"][1]["begin"], run["begin"]);
    // The end stays, and the difference in it.
    EXPECT_EQ(data["difference"]["at"], 1'900'000);
    // What was known before the window is not lost.
    EXPECT_EQ(run["base"].size(), 2000U - run["items"].size());
}

}  // namespace
}  // namespace playback::sim
