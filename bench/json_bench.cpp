// What JSON costs on the hot calls: reading an interchange, writing its answer, checking a body.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/base/json_text.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::wire {
namespace {

std::string interchange_body(int messages) {
    std::string text = R"({"client_id":"351843720888320","outgoing_messages":[)";
    for (int i = 0; i < messages; ++i) {
        if (i > 0) text += ',';
        text +=
            R"({"qualifier":"MESSAGE_PRODUCED","body":{"message":{"x":10,"y":-3.5,"say":"hi"}}})";
    }
    return text + R"(],"consumed_messages":["351843720888321","351843720888322"]})";
}

void read_interchange(benchmark::State& state) {
    const std::string text = interchange_body(static_cast<int>(state.range(0)));
    for (auto _ : state) {
        std::uint64_t client = 0;
        std::vector<std::uint64_t> consumed;
        std::vector<JsonText> messages;
        JsonReader in(text);
        in.object([&](std::string_view name) {
            if (name == "client_id") {
                client = in.id();
            } else if (name == "consumed_messages") {
                in.array([&] { consumed.push_back(in.id()); });
            } else if (name == "outgoing_messages") {
                in.array([&] {
                    in.object([&](std::string_view member) {
                        if (member == "qualifier" && in.string() != "MESSAGE_PRODUCED")
                            in.refuse("a known qualifier is expected");
                        else if (member == "body")
                            messages.push_back(in.raw());
                    });
                });
            }
        });
        if (!in.finish()) state.SkipWithError("refused");
        benchmark::DoNotOptimize(client);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(read_interchange)->Arg(0)->Arg(1)->Arg(10);

void write_interchange(benchmark::State& state) {
    const JsonText message = JsonText::trusted(R"({"x":10,"y":-3.5,"say":"hi"})");
    std::string text;
    for (auto _ : state) {
        text.clear();
        JsonWriter out(text);
        out.object().key("incoming_messages").array();
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            out.object().key("id").id(351843720888320 + static_cast<std::uint64_t>(i));
            out.key("qualifier").string("MESSAGE_PRODUCED").key("body").object();
            out.key("message").raw(message).end_object().end_object();
        }
        out.end_array().end_object();
        benchmark::DoNotOptimize(text.data());
    }
}
BENCHMARK(write_interchange)->Arg(0)->Arg(1)->Arg(10);

void check_json_text(benchmark::State& state) {
    const std::string text = interchange_body(1000);
    for (auto _ : state) benchmark::DoNotOptimize(scan_json_value(text, 0, 64).has_value());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(check_json_text);

void check_plain_string(benchmark::State& state) {
    const std::string text = '"' + std::string(100'000, 'a') + '"';
    for (auto _ : state) benchmark::DoNotOptimize(scan_json_value(text, 0, 64).has_value());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(check_plain_string);

}  // namespace
}  // namespace playback::wire
