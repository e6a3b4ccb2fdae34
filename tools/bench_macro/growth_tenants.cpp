// Tenants, each with a project and a stage, made through the API: what a call about any of them
// costs.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/random.h"
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/http_talker.h"

namespace playback::bench {
namespace {

using nlohmann::json;

constexpr std::size_t connections = 16;
constexpr std::size_t tenants_max = 10'000;
constexpr double patience_seconds = 600;

// A tenant, then a project in it (with which comes a stage): one answer.
class Founder final : public Talker {
public:
    Founder(std::string token, std::vector<std::string>& ids)
        : token_(std::move(token)), ids_(ids) {}

    void say(std::string& out) override {
        out += request_bytes(path_of("support", "create-tenant"), "{}", token_);
    }
    Result<Heard> hear(std::span<char> unread, std::string& out) override {
        const std::optional<HttpAnswer> answer = reader_.next({unread.data(), unread.size()});
        if (reader_.failed()) return Error{Errc::corrupt, "an answer is not HTTP with a length"};
        if (!answer) return Heard{};
        if (answer->status != 200) return Error{Errc::refused, reader_.in_words(*answer)};
        Heard heard;
        heard.used = answer->bytes;
        heard.answered = is_second_ ? 1 : 0;
        if (is_second_) {
            ids_.push_back(id_);
        } else {
            id_ = text_of(json::parse(answer->body, nullptr, false), "id");
            const std::string path = path_of("support", "create-project");
            out += request_bytes(path, json{{"tenant", id_}}.dump(), token_);
        }
        is_second_ = !is_second_;
        return heard;
    }

private:
    std::string token_;
    std::vector<std::string>& ids_;
    std::string id_;
    AnswerReader reader_;
    bool is_second_ = false;
};

class Tenants {
public:
    explicit Tenants(Bench& bench) : bench_(bench) {}

    Result<void> run(const GrowthOptions& options, Growth& growth) {
        TRY(node, bench_.server(node_name));
        node_ = node;
        ApiClient api(node->port);
        const json login{{"user", "support"}, {"password", support_password}};
        TRY(token, api.ask("support/create-token", login, "raw_token"));
        token_ = token;
        TRY(made, api.call("support", "create-developer", json::object(), token_));
        developer_ = text_of(made, "user_id");
        for (const std::size_t size : growth_sizes(1, tenants_max, options.most)) {
            bench_.options().tell("growth: " + std::to_string(size) + " tenants");
            TRY_VOID(grow_to(size));
            TRY(cost, measure());
            growth.points.push_back({static_cast<double>(size), cost});
        }
        return {};
    }

private:
    Result<std::vector<Line>> lines_for(const std::function<std::unique_ptr<Talker>()>& talker) {
        std::vector<Line> lines;
        for (std::size_t i = 0; i < connections; ++i) {
            TRY(line, line_to(node_->port, talker()));
            lines.push_back(std::move(line));
        }
        return lines;
    }

    Result<void> grow_to(std::size_t size) {
        if (ids_.size() >= size) return {};
        TRY(lines, lines_for([this] { return std::make_unique<Founder>(token_, ids_); }));
        LoadPlan plan = bench_.plan(*node_);
        plan.seconds = patience_seconds;
        plan.is_enough = [this, size] { return ids_.size() >= size; };
        TRY_VOID(run_load(lines, plan));
        return {};
    }

    void append_permission(std::string& out, const std::string& tenant) const {
        const json body{
            {"tenant", tenant}, {"user", developer_}, {"permissions_to_create", {"TENANT_VIEWER"}}};
        out += request_bytes(path_of("support", "create-tenant-permissions"), body.dump(), token_);
    }

    // Only the first call for a tenant writes: that is done before.
    Result<void> permit_all() {
        const auto next = [this](std::string& out) {
            append_permission(out, ids_[std::min(permitted_++, ids_.size() - 1)]);
        };
        TRY(lines, lines_for([&next] { return std::make_unique<HttpTalker>(next, nullptr); }));
        LoadPlan plan = bench_.plan(*node_);
        plan.seconds = patience_seconds;
        plan.is_enough = [this] { return permitted_ >= ids_.size() + connections; };
        TRY_VOID(run_load(lines, plan));
        permitted_ = ids_.size();
        return {};
    }

    // Microseconds of the node for a permission in any of them.
    Result<double> measure() {
        TRY_VOID(permit_all());
        const auto next = [this](std::string& out) {
            append_permission(out, ids_[chance_.below(ids_.size())]);
        };
        TRY(lines, lines_for([&next] { return std::make_unique<HttpTalker>(next, nullptr); }));
        TRY(outcome, run_load(lines, bench_.plan(*node_)));
        return outcome.cpu_us();
    }

    Bench& bench_;
    Server* node_ = nullptr;
    std::string token_;
    std::string developer_;
    std::vector<std::string> ids_;
    std::size_t permitted_ = 0;  // of them
    Random chance_{12};
};

}  // namespace

std::vector<Growth> tenants(Bench& bench, const GrowthOptions& options) {
    Growth growth;
    growth.name = "tenants";
    growth.title = "permission of a developer in any tenant";
    growth.unit = "us CPU a call";
    growth.what = "tenants";
    growth.notes.emplace_back(
        "the permission is there already: the call finds that and writes nothing");
    const Result<void> done = Tenants(bench).run(options, growth);
    if (!done) growth.problem = done.error().detail;
    return {growth};
}

}  // namespace playback::bench
