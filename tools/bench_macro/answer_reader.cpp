#include "tools/bench_macro/answer_reader.h"

#include <charconv>

namespace playback::bench {
namespace {

bool same_letters(std::string_view a, std::string_view lower) {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char c = a[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
    }
    return true;
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return false;
    const char* const end = text.data() + text.size();
    return std::from_chars(text.data() + begin, end, value).ec == std::errc{};
}

}  // namespace

bool AnswerReader::read_head(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    std::string_view head = bytes.substr(0, end + 4);
    constexpr std::string_view version = "HTTP/1.1 ";
    bool has_length = false;
    bool fits = head.starts_with(version) && read_number(head.substr(version.size()), status_);
    for (std::size_t line = head.find("\r\n"); fits && line < end;
         line = head.find("\r\n", line + 2)) {
        const std::string_view rest = head.substr(line + 2);
        const std::size_t colon = rest.find(':');
        if (!same_letters(rest.substr(0, colon), "content-length")) continue;
        has_length = read_number(rest.substr(colon + 1), length_);
        fits = has_length;
    }
    head_ = head;
    failed_ = !fits || !has_length;
    return !failed_;
}

std::optional<HttpAnswer> AnswerReader::next(std::string_view bytes) {
    if (failed_) return std::nullopt;
    const bool is_known = !head_.empty() && bytes.starts_with(head_);
    if (!is_known && !read_head(bytes)) return std::nullopt;
    const std::size_t size = head_.size() + length_;
    if (bytes.size() < size) return std::nullopt;
    return HttpAnswer{status_, bytes.substr(head_.size(), length_), size};
}

std::string AnswerReader::in_words(const HttpAnswer& answer) const {
    constexpr std::string_view detail = "X-Error-Detail: ";
    std::string words = "an answer was " + std::to_string(answer.status);
    const std::size_t at = head_.find(detail);
    if (at != std::string::npos) {
        const std::size_t begin = at + detail.size();
        words += " (" + head_.substr(begin, head_.find('\r', begin) - begin) + ")";
    }
    return words + " " + std::string(answer.body);
}

}  // namespace playback::bench
