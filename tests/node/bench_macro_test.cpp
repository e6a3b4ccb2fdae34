// The arithmetic of `playback bench`, and how it reads what others write: nothing here runs long
// enough to measure anything.
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "tools/bench_macro/answer_reader.h"
#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/histogram.h"
#include "tools/bench_macro/mail_scanner.h"
#include "tools/bench_macro/micro_figure.h"
#include "tools/bench_macro/presentation.h"
#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/results.h"
#include "tools/bench_macro/socket_frames.h"
#include "tools/bench_macro/statistics.h"

namespace playback::bench {
namespace {

TEST(BenchHistogram, IsExactForSmallAndNearForLargeValues) {
    Histogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0);
    for (std::uint64_t value = 1; value <= 100; ++value) histogram.add(value);
    EXPECT_EQ(histogram.count(), 100U);
    EXPECT_EQ(histogram.quantile(0.5), 50);
    EXPECT_NEAR(histogram.quantile(0.99), 99, 2);
    histogram.add(5'000'000, 1000);
    EXPECT_NEAR(histogram.quantile(0.99), 5e6, 5e6 / 32);
}

RC_GTEST_PROP(BenchHistogram, IsNeverFurtherOffThanItsBuckets, ()) {
    const auto value = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62);
    Histogram histogram;
    histogram.add(value);
    const auto exact = static_cast<double>(value);
    RC_ASSERT(std::abs(histogram.quantile(1) - exact) <= exact / 32);
}

TEST(BenchHistogram, TakesTheLargestValueThereIs) {
    Histogram histogram;
    histogram.add(UINT64_MAX);
    EXPECT_GT(histogram.quantile(0.5), 1e18);
}

TEST(BenchStatistics, TakesTheMiddle) {
    EXPECT_EQ(spread_of({}).median, 0);
    EXPECT_EQ(spread_of({3}).median, 3);
    EXPECT_EQ(spread_of({4, 1}).median, 2.5);
    const Spread spread = spread_of({5, 1, 3});
    EXPECT_EQ(spread.median, 3);
    EXPECT_EQ(spread.lowest, 1);
    EXPECT_EQ(spread.highest, 5);
}

TEST(BenchProcFiles, CountsTheTicksOfTheMachine) {
    const auto ticks =
        parse_machine_ticks("cpu  10 2 3 100 5 1 2 7 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    ASSERT_TRUE(ticks.has_value());
    EXPECT_EQ(ticks->busy, 18U);
    EXPECT_EQ(ticks->stolen, 7U);
    EXPECT_EQ(ticks->all, 130U);
    EXPECT_EQ(parse_machine_ticks("intr 5"), std::nullopt);
    EXPECT_EQ(parse_machine_ticks("cpu 1 2"), std::nullopt);
}

TEST(BenchProcFiles, FindsALineOfStatus) {
    const std::string status = "Name:\tx\nVmRSSx:\t1 kB\nVmRSS:\t  5124 kB\nThreads:\t3\n";
    EXPECT_EQ(parse_status_kb(status, "VmRSS"), 5124U);
    EXPECT_EQ(parse_status_kb(status, "VmHWM"), std::nullopt);
}

TEST(BenchProcFiles, KnowsThisProcess) {
    EXPECT_GT(resident_kb_of(::getpid()), 0);
    EXPECT_GT(machine_ticks().all, 0U);
    EXPECT_GT(cpu_seconds_of(::getpid()), 0);
    EXPECT_EQ(cpu_seconds_of(0), 0);
}

TEST(BenchAnswerReader, TakesAnswersHoweverTheyAreCut) {
    const std::string one = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nX: y\r\n\r\nbody";
    const std::string two = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
    AnswerReader reader;
    for (std::size_t size = 0; size < one.size(); ++size)
        EXPECT_FALSE(reader.next(one.substr(0, size)).has_value());
    const std::string all = one + one + two;
    std::size_t used = 0;
    std::string statuses;
    while (const auto answer = reader.next(std::string_view(all).substr(used))) {
        statuses += std::to_string(answer->status) + " " + std::string(answer->body) + ";";
        used += answer->bytes;
    }
    EXPECT_EQ(statuses, "200 body;200 body;404 ;");
    EXPECT_EQ(used, all.size());
    EXPECT_FALSE(reader.failed());
    EXPECT_EQ(reader.in_words({503, "later", 0}), "an answer was 503 later");
    const auto refused =
        reader.next("HTTP/1.1 503 No\r\nX-Error-Detail: too much\r\nContent-Length: 1\r\n\r\n!");
    EXPECT_EQ(reader.in_words(refused.value()), "an answer was 503 (too much) !");
}

TEST(BenchAnswerReader, RefusesWhatHasNoLength) {
    AnswerReader reader;
    EXPECT_FALSE(reader.next("HTTP/1.1 200 OK\r\nX: y\r\n\r\n").has_value());
    EXPECT_TRUE(reader.failed());
}

TEST(BenchMailScanner, FindsMessages) {
    const std::string body =
        R"({"incoming_messages":[{"id":"7","qualifier":"MESSAGE_RECEIVED","body":)"
        R"({"client_id":"9","message":"x"}},{"id":"8","qualifier":"RUNTIME_CREATED","body":{}}]})";
    MailScanner scanner(body);
    Mail mail;
    ASSERT_TRUE(scanner.next(mail));
    EXPECT_EQ(mail.id, "7");
    EXPECT_EQ(mail.qualifier, "MESSAGE_RECEIVED");
    EXPECT_EQ(mail.client, "9");
    ASSERT_TRUE(scanner.next(mail));
    EXPECT_EQ(mail.id, "8");
    EXPECT_EQ(mail.client, "");
    EXPECT_FALSE(scanner.next(mail));
}

TEST(BenchMicroFigure, TakesTheOneThatThereIs) {
    const std::string said = R"({"context":{},"benchmarks":[{"name":"x","cpu_time":7.5}]})";
    EXPECT_EQ(micro_figure(said, "cpu_time").value(), 7.5);
    const std::pair<const char*, const char*> wrong[] = {
        {"", "no such benchmark"},
        {R"({"benchmarks":[]})", "no such benchmark"},
        {R"({"benchmarks":[{"cpu_time":1},{"cpu_time":2}]})", "no such benchmark"},
        {R"({"benchmarks":[{"real_time":1}]})", "no cpu_time"},
        {R"({"benchmarks":[{"error_occurred":true,"error_message":"somebody was matched"}]})",
         "somebody was matched"}};
    for (const auto& [output, words] : wrong) {
        const Result<double> figure = micro_figure(output, "cpu_time");
        ASSERT_FALSE(figure.has_value()) << output;
        EXPECT_TRUE(figure.error().detail.contains(words)) << figure.error().detail;
    }
}

TEST(BenchSocketFrames, ReadsWhatAServerSends) {
    std::string bytes;
    wire::append_frame(bytes, wire::Opcode::text, "hello");
    wire::append_frame(bytes, wire::Opcode::binary, std::string(70'000, 'x'));
    wire::append_frame(bytes, wire::Opcode::ping, std::string(125, 'p'));
    for (std::size_t size = 0; size < 7; ++size)
        EXPECT_FALSE(server_frame(std::string_view(bytes).substr(0, size)).has_value());
    std::size_t used = 0;
    std::vector<std::size_t> sizes;
    while (const auto frame = server_frame(std::string_view(bytes).substr(used))) {
        sizes.push_back(frame->payload.size());
        used += frame->bytes;
    }
    EXPECT_EQ(sizes, (std::vector<std::size_t>{5, 70'000, 125}));
    EXPECT_EQ(used, bytes.size());
}

TEST(BenchSocketFrames, SaysWhatAServerUnderstands) {
    std::string frame = client_frame(wire::Opcode::text, "hello");
    wire::WebSocketParser parser(wire::WebSocketEnd::server, {});
    ASSERT_EQ(parser.parse(frame), wire::WebSocketParser::Status::ready);
    EXPECT_EQ(parser.event().payload, "hello");
}

Finding finding_of(Judged judged, bool more_is_better) {
    Finding finding;
    finding.subject.name = "call";
    finding.subject.unit = "us";
    finding.subject.judged = judged;
    finding.subject.more_is_better = more_is_better;
    finding.subject.gate = 0.8;
    finding.subject.aim = 1;
    finding.subject.controls = {"nginx"};
    finding.sides = {{"node", {}}, {"nginx", {}}};
    return finding;
}

void add_round(Finding& finding, double ours, double control) {
    Figure figure;
    figure.value = ours;
    finding.sides[0].rounds.push_back(figure);
    figure.value = control;
    finding.sides[1].rounds.push_back(figure);
}

TEST(BenchResults, ARatioSaysHowWellWeDo) {
    Finding cost = finding_of(Judged::ratio, false);
    add_round(cost, 10, 9);
    add_round(cost, 10, 5);
    add_round(cost, 10, 20);
    EXPECT_EQ(cost.ratios_to("nginx"), (std::vector<double>{0.9, 0.5, 2}));
    EXPECT_EQ(cost.judged(), 0.9);
    EXPECT_EQ(cost.meets(0.8), true);
    EXPECT_EQ(cost.meets(1), false);
    Finding rate = finding_of(Judged::ratio, true);
    add_round(rate, 10, 20);
    EXPECT_EQ(rate.judged(), 0.5);
}

TEST(BenchResults, AValueIsJudgedByItself) {
    Finding memory = finding_of(Judged::value_at_most, false);
    add_round(memory, 3, 1);
    EXPECT_EQ(memory.meets(4), true);
    EXPECT_EQ(memory.meets(1), false);
    Finding rate = finding_of(Judged::value_at_least, true);
    add_round(rate, 3, 1);
    EXPECT_EQ(rate.meets(4), false);
    EXPECT_EQ(rate.meets(3), true);
}

TEST(BenchResults, WhatWasNotMeasuredIsNotJudged) {
    Finding finding = finding_of(Judged::ratio, false);
    add_round(finding, 10, 9);
    finding.sides[1].rounds.clear();
    EXPECT_EQ(finding.meets(0.8), std::nullopt);
    Report report;
    report.findings.push_back(finding);
    EXPECT_TRUE(report.misses_a_gate());
    const nlohmann::json result = json_of(report)["results"][0];
    EXPECT_EQ(result["value"], 10);
    EXPECT_TRUE(result["control"].is_null());
    EXPECT_TRUE(result["ratio"].is_null());
    EXPECT_TRUE(result["spread"].is_null());
    EXPECT_TRUE(result["gate_met"].is_null());
    EXPECT_TRUE(table_of(report).contains("call"));
}

TEST(BenchResults, AProblemLeavesNoValue) {
    Finding finding = finding_of(Judged::ratio, false);
    add_round(finding, 10, 9);
    finding.problem = "it <broke>";
    Report report;
    report.findings.push_back(finding);
    EXPECT_TRUE(report.has_problems());
    const nlohmann::json result = json_of(report)["results"][0];
    EXPECT_TRUE(result["value"].is_null());
    EXPECT_TRUE(result["gate_met"].is_null());
    EXPECT_EQ(result["problem"], "it <broke>");
    EXPECT_TRUE(page_of(report).contains("it &lt;broke&gt;"));
}

TEST(BenchGrowth, GoesByPowersOfTen) {
    using Sizes = std::vector<std::size_t>;
    EXPECT_EQ(growth_sizes(1'000, 100'000, 0), (Sizes{1'000, 10'000, 100'000}));
    EXPECT_EQ(growth_sizes(1'000, 100'000, 30'000), (Sizes{1'000, 10'000, 30'000}));
    EXPECT_EQ(growth_sizes(1'000, 100'000, 5), (Sizes{5}));
}

TEST(BenchPresentation, ShowsGrowth) {
    Growth growth;
    growth.name = "clients";
    growth.title = "a call";
    growth.what = "clients";
    growth.points = {{1'000, 5}, {10'000, 6}};
    growth.problem = "no more files";
    Report report;
    report.growth.push_back(growth);
    EXPECT_TRUE(report.has_problems());
    EXPECT_TRUE(table_of(report).contains("NOT MEASURED FURTHER: no more files"));
    EXPECT_EQ(json_of(report)["growth"][0]["points"][1]["value"], 6);
    EXPECT_TRUE(page_of(report).contains("<polyline"));
}

TEST(BenchPresentation, ShowsThreeDigits) {
    EXPECT_EQ(figure_text(0.8531), "0.853");
    EXPECT_EQ(figure_text(1.5), "1.50");
    EXPECT_EQ(figure_text(12.34), "12.3");
    EXPECT_EQ(figure_text(152000.4), "152000");
    EXPECT_EQ(figure_text(0), "0");
}

}  // namespace
}  // namespace playback::bench
