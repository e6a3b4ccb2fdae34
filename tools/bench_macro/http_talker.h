// HttpTalkers: the calls that are measured, each by who makes it. Every answer must have status
// 200.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tools/bench_macro/answer_reader.h"
#include "tools/bench_macro/talker.h"

namespace playback::bench {

// The bytes of a POST of JSON to a node. An empty token: nobody.
std::string request_bytes(std::string_view path,
                          std::string_view body,
                          std::string_view token = {});

// "/service/v1/entrypoint/player/request/create-user"
std::string path_of(std::string_view role, std::string_view method);

// Makes calls: `next` appends a whole request, `take` gets the body of each answer.
class HttpTalker final : public Talker {
public:
    using Next = std::function<void(std::string& out)>;
    using Take = std::function<void(std::string_view body)>;

    // The same request for ever.
    explicit HttpTalker(std::string request);
    HttpTalker(Next next, Take take) : next_(std::move(next)), take_(std::move(take)) {}

    void say(std::string& out) override;
    Result<Heard> hear(std::span<char> unread, std::string& out) override;

private:
    std::string request_;  // instead of `next_`
    Next next_;
    Take take_;
    AnswerReader reader_;
};

}  // namespace playback::bench
