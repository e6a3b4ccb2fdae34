#include "sim/report/http_ear.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace playback::sim {
namespace {

constexpr std::array<std::string_view, 8>
    beginnings{"GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "PATCH ", "OPTIONS ", "HTTP/1."};

// May this be the start of an HTTP message, as far as it goes?
bool may_be_http(std::string_view bytes) {
    return std::ranges::any_of(beginnings, [bytes](std::string_view beginning) {
        return bytes.starts_with(beginning) || beginning.starts_with(bytes);
    });
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

// The value of a header, by its name in lower case.
std::string header_of(const std::string& head, std::string_view name) {
    const std::string text = lower(head);
    const std::size_t at = text.find("\r\n" + std::string(name) + ":");
    if (at == std::string::npos) return {};
    std::size_t begin = at + 2 + name.size() + 1;
    while (begin < text.size() && text[begin] == ' ') ++begin;
    return text.substr(begin, text.find("\r\n", begin) - begin);
}

std::uint64_t number_in(std::string_view text, int base) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

}  // namespace

std::vector<HeardMessage> HttpEar::hear(std::string_view bytes, Instant now) {
    std::vector<HeardMessage> whole;
    while (!bytes.empty()) {
        if (part_ == Part::start) {
            message_ = HeardMessage{};
            message_.begin = offset_;
            message_.from = now;
            head_.clear();
            part_ = Part::head;
        }
        const std::size_t taken = take(bytes, whole);
        bytes.remove_prefix(taken);
    }
    return whole;
}

std::size_t HttpEar::take(std::string_view bytes, std::vector<HeardMessage>& whole) {
    switch (part_) {
        case Part::start:
        case Part::head:
            return take_head(bytes, whole);
        case Part::chunk_size:
            return take_chunk_size(bytes);
        case Part::trailer:
            return take_trailer(bytes, whole);
        case Part::body:
        case Part::chunk:
        case Part::until_close:
            break;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    keep(bytes.substr(0, size));
    offset_ += size;
    if (part_ == Part::until_close) return size;
    left_ -= size;
    if (left_ > 0) return size;
    if (part_ == Part::body)
        finish(whole);
    else
        part_ = Part::chunk_size;
    return size;
}

std::size_t HttpEar::take_head(std::string_view bytes, std::vector<HeardMessage>& whole) {
    const std::size_t before = head_.size();
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n");
    if (!may_be_http(std::string_view(head_).substr(0, 8)) ||
        (end == std::string::npos && head_.size() > head_max)) {
        // Something else: one message a write.
        offset_ += bytes.size();
        keep(head_);
        finish(whole);
        return bytes.size();
    }
    if (end == std::string::npos) {
        offset_ += bytes.size();
        return bytes.size();
    }
    head_.resize(end + 4);
    const std::size_t taken = head_.size() - before;
    offset_ += taken;
    understand_head();
    if (part_ == Part::body && left_ == 0) finish(whole);
    return taken;
}

void HttpEar::understand_head() {
    const std::string first = head_.substr(0, head_.find("\r\n"));
    message_.is_request = !first.starts_with("HTTP/1.");
    message_.line = message_.is_request ? first.substr(0, first.rfind(" HTTP/"))
                                        : first.substr(std::min<std::size_t>(9, first.size()));
    const std::string length = header_of(head_, "content-length");
    left_ = number_in(length, 10);
    part_ = Part::body;
    if (header_of(head_, "transfer-encoding").find("chunked") != std::string::npos) {
        part_ = Part::chunk_size;
        line_.clear();
        return;
    }
    const bool has_no_body = message_.line.starts_with("1") || message_.line.starts_with("204") ||
                             message_.line.starts_with("304");
    if (message_.is_request || has_no_body || !length.empty()) return;
    part_ = Part::until_close;
    left_ = UINT64_MAX;
}

std::size_t HttpEar::take_chunk_size(std::string_view bytes) {
    ++offset_;
    line_ += bytes.front();
    // The end of the chunk before, or of this line.
    if (line_ == "\r\n") line_.clear();
    if (!line_.ends_with("\r\n")) return 1;
    left_ = number_in(line_, 16);
    line_.clear();
    part_ = left_ == 0 ? Part::trailer : Part::chunk;
    return 1;
}

std::size_t HttpEar::take_trailer(std::string_view bytes, std::vector<HeardMessage>& whole) {
    ++offset_;
    line_ += bytes.front();
    if (!line_.ends_with("\r\n")) return 1;
    if (line_.size() == 2) finish(whole);
    line_.clear();
    return 1;
}

void HttpEar::keep(std::string_view body) {
    message_.bytes += body.size();
    message_.body += body.substr(0, body_kept_max - message_.body.size());
}

void HttpEar::finish(std::vector<HeardMessage>& whole) {
    message_.end = offset_;
    whole.push_back(std::move(message_));
    message_ = HeardMessage{};
    part_ = Part::start;
}

std::vector<HeardMessage> HttpEar::hang_up() {
    std::vector<HeardMessage> whole;
    if (part_ == Part::start) return whole;
    if (part_ == Part::head) keep(head_);
    message_.is_complete = part_ == Part::until_close;
    finish(whole);
    return whole;
}

}  // namespace playback::sim
