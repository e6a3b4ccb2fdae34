// The cheapest call that goes the whole way: HTTP, router, JSON in, JSON out; one at a time on each
// connection, or 16.
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"

namespace playback::bench {
namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t pipelined_depth = 16;

class TrivialCall final : public Measurement {
public:
    TrivialCall(Subject subject, std::size_t depth) : subject_(std::move(subject)), depth_(depth) {}

    [[nodiscard]] Subject subject() const override { return subject_; }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        const std::string request =
            request_bytes(path_of("player", "ping-service"), R"({"message":"ping"})");
        std::vector<Line> lines;
        for (std::size_t i = 0; i < connections; ++i) {
            TRY(line, line_to(server->port, std::make_unique<HttpTalker>(request)));
            line.depth = depth_;
            lines.push_back(std::move(line));
        }
        TRY(outcome, run_load(lines, bench.plan(*server)));
        return figure_of(outcome);
    }

private:
    Subject subject_;
    std::size_t depth_;
};

}  // namespace

std::unique_ptr<Measurement> trivial_call() {
    Subject subject;
    subject.name = "trivial_call";
    subject.title = "trivial call through the full router";
    subject.unit = "us CPU a call";
    subject.gate = 0.8;
    subject.aim = 1.0;
    subject.controls = {std::string(nginx_name), std::string(epoll_name)};
    return std::make_unique<TrivialCall>(std::move(subject), 1);
}

std::unique_ptr<Measurement> pipelined_call() {
    Subject subject;
    subject.name = "pipelined_call";
    subject.title = "the same, 16 in flight on each connection";
    subject.unit = "us CPU a call";
    subject.gate = 2;
    subject.aim = 8;
    subject.controls = {std::string(nginx_name), std::string(epoll_name)};
    return std::make_unique<TrivialCall>(std::move(subject), pipelined_depth);
}

}  // namespace playback::bench
