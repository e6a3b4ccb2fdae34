// AnswerReader: where HTTP answers begin and end in what a connection has sent, as cheaply as a
// load generator must: it shares the machine with what it measures.
//
// Answers have a Content-Length. A head that is the same as the one before is not looked at again.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace playback::bench {

struct HttpAnswer {
    int status = 0;
    std::string_view body;
    std::size_t bytes = 0;  // head and body
};

class AnswerReader {
public:
    // The answer at the front of `bytes`; nothing while it is not whole, or if `failed`.
    std::optional<HttpAnswer> next(std::string_view bytes);
    [[nodiscard]] bool failed() const { return failed_; }
    // The answer that `next` gave last, in words: its status, why, and its body.
    [[nodiscard]] std::string in_words(const HttpAnswer& answer) const;

private:
    bool read_head(std::string_view bytes);

    std::string head_;  // of the last answer
    int status_ = 0;
    std::size_t length_ = 0;
    bool failed_ = false;
};

}  // namespace playback::bench
