// What the HTTP/1.1 codec costs: one usual request in, one usual answer out.
#include <string>

#include <benchmark/benchmark.h>

#include "engine/wire/http1.h"

namespace playback::wire {
namespace {

// An interchange of a player: an RS256 token of a 4096-bit key makes up most of the head.
std::string interchange_request() {
    const std::string body =
        R"({"client_id":"351843720888320","outgoing_messages":[],"consumed_messages":[]})";
    return "POST /service/v1/entrypoint/player/request/interchange-messages HTTP/1.1\r\n"
           "Host: 127.0.0.1:8080\r\nUser-Agent: sdk/1.0\r\nAccept: */*\r\n"
           "Content-Type: application/json\r\nAuthorization: Bearer " +
           std::string(1000, 'x') + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

std::string ping_request() {
    return "POST /service/v1/entrypoint/player/request/ping-service HTTP/1.1\r\n"
           "Host: 127.0.0.1:8080\r\nUser-Agent: sdk/1.0\r\nAccept: */*\r\n"
           "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
}

void parse_requests(benchmark::State& state, const std::string& bytes) {
    RequestParser parser;
    for (auto _ : state) {
        if (parser.parse(bytes) != RequestParser::Status::ready) state.SkipWithError("refused");
        benchmark::DoNotOptimize(parser.request().body.size());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void http1_parse_ping(benchmark::State& state) {
    parse_requests(state, ping_request());
}
BENCHMARK(http1_parse_ping);

void http1_parse_interchange(benchmark::State& state) {
    parse_requests(state, interchange_request());
}
BENCHMARK(http1_parse_interchange);

void http1_parse_chunked(benchmark::State& state) {
    std::string bytes = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" +
                        std::string(64, 'x') + "\r\n0\r\n\r\n";
    parse_requests(state, bytes);
}
BENCHMARK(http1_parse_chunked);

void http1_parse_16_pipelined(benchmark::State& state) {
    std::string bytes;
    for (int i = 0; i < 16; ++i) bytes += ping_request();
    RequestParser parser;
    for (auto _ : state) {
        std::string_view rest = bytes;
        while (!rest.empty() && parser.parse(rest) == RequestParser::Status::ready)
            rest.remove_prefix(parser.request().consumed);
        if (!rest.empty()) state.SkipWithError("refused");
    }
    state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(http1_parse_16_pipelined);

void http1_build_response(benchmark::State& state) {
    const std::string body(200, 'x');
    std::string out;
    for (auto _ : state) {
        out.clear();
        Response response;
        response.body = body;
        append_response(out, response);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(http1_build_response);

}  // namespace
}  // namespace playback::wire
