#include "tools/playback/demo_check.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "engine/io/clock.h"
#include "scenarios/actors/http_client.h"
#include "scenarios/actors/words.h"

namespace playback::tools {
namespace {

using nlohmann::json;
using scenarios::HttpAnswer;
using scenarios::HttpCall;

constexpr std::uint32_t wait_seconds = 5;

std::string text_of(const json& object, const char* member) {
    if (!object.is_object() || !object.contains(member)) return {};
    const json& value = object[member];
    return value.is_string() ? value.get<std::string>() : value.dump();
}

// One user with one client at a time.
class DemoPlayer {
public:
    DemoPlayer(const io::Io& io, io::Endpoint target, std::string game, Duration patience)
        : io_(io), http_(io_, std::move(target)), game_(std::move(game)), patience_(patience) {}

    io::Task<Result<void>> sign_up() {
        Result<json> answer = co_await call("create-user", json::object(), 0);
        if (!answer) co_return answer.error();
        user_ = text_of(*answer, "user_id");
        password_ = text_of(*answer, "password");
        co_return user_.empty() ? missing("user_id") : Result<void>();
    }

    io::Task<Result<void>> log_in() {
        json body{{"user_id", user_}, {"password", password_}};
        Result<json> answer = co_await call("create-token", std::move(body), 0);
        if (!answer) co_return answer.error();
        token_ = text_of(*answer, "raw_token");
        co_return token_.empty() ? missing("raw_token") : Result<void>();
    }

    io::Task<Result<void>> create_client() {
        json body{{"tenant", game_}, {"project", game_}, {"stage", game_}};
        Result<json> answer = co_await call("create-client", std::move(body), 0);
        if (!answer) co_return answer.error();
        client_ = text_of(*answer, "client_id");
        consumed_ = json::array();
        arrived_.clear();
        co_return client_.empty() ? missing("client_id") : Result<void>();
    }

    io::Task<Result<void>> expect_greeting() {
        Result<json> first = co_await next();
        if (!first) co_return first.error();
        if (text_of(*first, "qualifier") == "CLIENT_GREETED") co_return Result<void>();
        co_return Error{Errc::corrupt, "the first message is " + first->dump()};
    }

    io::Task<Result<void>> expect_assignment() {
        Result<json> second = co_await next();
        if (!second) co_return second.error();
        if (text_of(*second, "qualifier") == "RUNTIME_ASSIGNED") co_return Result<void>();
        co_return Error{Errc::corrupt, "the second message is " + second->dump()};
    }

    // Says it and awaits the answer of the runtime.
    io::Task<Result<json>> talk(std::string op) {
        json said{{"n", ++serial_}, {"op", op}};
        json message{{"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", said}}}};
        json outgoing = json::array();
        outgoing.push_back(std::move(message));
        Result<void> sent = co_await interchange(std::move(outgoing), 0);
        if (!sent) co_return sent.error();
        Result<json> answer = co_await next();
        if (!answer) co_return answer.error();
        const json body = answer->value("body", json::object());
        const json heard = body.value("message", json::object());
        const bool is_ours = heard.value("n", 0) == serial_ && text_of(heard, "op") == op;
        if (!is_ours) co_return Error{Errc::corrupt, "the runtime answered " + answer->dump()};
        co_return heard;
    }

    io::Task<Result<void>> echo() {
        const Result<json> answer = co_await talk("echo");
        if (!answer) co_return answer.error();
        co_return Result<void>();
    }

    io::Task<Result<void>> save_profile() {
        const Result<json> answer = co_await talk("profile");
        if (!answer) co_return answer.error();
        saved_ = serial_;
        co_return Result<void>();
    }

    // As another client of the same user.
    io::Task<Result<void>> read_profile() {
        Result<void> done = co_await create_client();
        if (done) done = co_await expect_greeting();
        if (done) done = co_await expect_assignment();
        if (!done) co_return done;
        const Result<json> answer = co_await talk("show");
        if (!answer) co_return answer.error();
        if (answer->value("p", 0) == saved_) co_return Result<void>();
        co_return Error{Errc::corrupt, "the profile that the runtime saw is " + answer->dump()};
    }

private:
    static Result<void> missing(std::string_view member) {
        return Error{Errc::corrupt, "the answer has no " + std::string(member)};
    }

    io::Task<Result<json>> call(std::string method, json body, std::uint32_t wait) {
        HttpCall request;
        request.path = scenarios::path_of("player", method);
        request.token = token_;
        request.body = body.dump();
        request.wait_seconds = wait;
        Result<HttpAnswer> answer = co_await http_.call(std::move(request));
        if (!answer) co_return Error{answer.error().code, method + ": " + answer.error().detail};
        if (!answer->ok()) {
            const std::string status = std::to_string(answer->status);
            co_return Error{Errc::refused, method + " answered " + status + " " + answer->body};
        }
        json parsed = json::parse(answer->body, nullptr, false);
        if (parsed.is_discarded()) co_return Error{Errc::corrupt, method + " answered no JSON"};
        co_return parsed;
    }

    io::Task<Result<void>> interchange(json outgoing, std::uint32_t wait) {
        json body{{"client_id", client_}, {"outgoing_messages", std::move(outgoing)}};
        body["consumed_messages"] = std::exchange(consumed_, json::array());
        Result<json> answer = co_await call("interchange-messages", std::move(body), wait);
        if (!answer) co_return answer.error();
        for (const json& message : answer->value("incoming_messages", json::array())) {
            consumed_.push_back(message.value("id", json()));
            arrived_.push_back(message);
        }
        co_return Result<void>();
    }

    io::Task<Result<json>> next() {
        const Instant end = io_.clock.now() + patience_;
        while (arrived_.empty()) {
            if (io_.clock.now() > end) co_return Error{Errc::timed_out, "no message came"};
            Result<void> looked = co_await interchange(json::array(), wait_seconds);
            if (!looked) co_return looked.error();
        }
        json message = std::move(arrived_.front());
        arrived_.erase(arrived_.begin());
        co_return message;
    }

    io::Io io_;
    scenarios::HttpClient http_;
    std::string game_;
    Duration patience_;
    std::string user_;
    std::string password_;
    std::string token_;
    std::string client_;
    int serial_ = 0;
    int saved_ = 0;
    json consumed_ = json::array();
    std::vector<json> arrived_;
};

}  // namespace

io::Task<std::vector<DemoStep>> play_demo(io::Io io,
                                          io::Endpoint target,
                                          std::string game,
                                          Duration patience,
                                          std::function<void(const DemoStep&)> tell) {
    struct Planned {
        const char* name;
        io::Task<Result<void>> (DemoPlayer::*play)();
    };
    static constexpr Planned plan[] = {
        {"sign up", &DemoPlayer::sign_up},
        {"get a token", &DemoPlayer::log_in},
        {"create a client", &DemoPlayer::create_client},
        {"greeting comes first", &DemoPlayer::expect_greeting},
        {"assigned to a lobby", &DemoPlayer::expect_assignment},
        {"message to the runtime, and its answer", &DemoPlayer::echo},
        {"profile saved by the runtime", &DemoPlayer::save_profile},
        {"profile read back by a second client", &DemoPlayer::read_profile},
    };
    DemoPlayer player(io, std::move(target), std::move(game), patience);
    std::vector<DemoStep> steps;
    for (const Planned& planned : plan) {
        const Instant begin = io.clock.now();
        const Result<void> done = co_await (player.*planned.play)();
        DemoStep step;
        step.name = planned.name;
        step.took = io.clock.now() - begin;
        if (!done) step.problem = done.error().detail;
        tell(step);
        steps.push_back(std::move(step));
        if (!done) break;
    }
    co_return steps;
}

}  // namespace playback::tools
