#include "sim/report/mask.h"

#include <algorithm>
#include <array>

#include "engine/base/hash.h"

namespace playback::sim {
namespace {

constexpr std::array<std::string_view, 9> secret_words{"password",
                                                       "passwd",
                                                       "token",
                                                       "secret",
                                                       "authorization",
                                                       "api_key",
                                                       "apikey",
                                                       "private_key",
                                                       "credential"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_secret_word_at(std::string_view text) {
    const auto same = [](char a, char b) { return lower(a) == b; };
    return std::ranges::any_of(secret_words, [&](std::string_view word) {
        return text.size() >= word.size() &&
               std::equal(word.begin(), word.end(), text.begin(), [&](char b, char a) {
                   return same(a, b);
               });
    });
}

// Where the next secret word begins, in any case; npos if there is none.
std::size_t find_secret_word(std::string_view text, std::size_t from) {
    constexpr std::string_view beginnings = "ptsacPTSAC";
    for (std::size_t at = from; at < text.size(); ++at) {
        at = text.find_first_of(beginnings, at);
        if (at == std::string_view::npos) break;
        if (is_secret_word_at(text.substr(at))) return at;
    }
    return std::string_view::npos;
}

struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// A JSON string: begins behind its quote, ends before the closing one or with the text. A quote may
// be escaped, as in JSON within JSON; then the value ends at the next escaped quote.
Span quoted(std::string_view text, std::size_t at, bool is_escaped) {
    const std::string_view closing = is_escaped ? "\\\"" : "\"";
    std::size_t end = at;
    while (end < text.size() && !text.substr(end).starts_with(closing)) {
        if (!is_escaped && text[end] == '\\') ++end;
        ++end;
    }
    return {at, std::min(end, text.size())};
}

// What follows the name of a secret: "name":"VALUE", name=VALUE, Name: Bearer VALUE. Empty if the
// word is no name of a value.
Span value_behind(std::string_view text, std::size_t at) {
    while (at < text.size() && is_name(text[at])) ++at;
    if (text.substr(at).starts_with("\\\"")) at += 2;
    if (at < text.size() && text[at] == '"') ++at;
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at >= text.size() || (text[at] != ':' && text[at] != '=')) return {at, at};
    ++at;
    while (at < text.size() && is_blank(text[at])) ++at;
    if (text.substr(at).starts_with("\\\"")) return quoted(text, at + 2, true);
    if (at < text.size() && text[at] == '"') return quoted(text, at + 1, false);
    if (text.substr(at).starts_with("Bearer ")) at += 7;
    if (text.substr(at).starts_with("Basic ")) at += 6;
    std::size_t end = at;
    while (end < text.size() && text.substr(end).find_first_of("\r\n\t ,;&}])\"") != 0) ++end;
    return {at, end};
}

// The bytes of the UTF-8 character at the front; 0 if there is none. Control characters are none.
std::size_t character_at(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20) return first == '\n' || first == '\t' ? 1 : 0;
    if (first < 0x7f) return 1;
    std::size_t size = 0;
    if (first >= 0xc2 && first < 0xe0)
        size = 2;
    else if (first >= 0xe1 && first < 0xf0 && first != 0xed)
        size = 3;  // without the surrogates and the overlong, which are rare enough for a dot
    if (size == 0 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
    return size;
}

}  // namespace

void Masker::remember(std::string_view value) {
    if (value.size() < remembered_min || value.starts_with(masked_text)) return;
    secrets_.emplace(value);
    beginnings_[beginning_of(value)] = true;
}

// A run knows thousands of tokens, and a page thousands of texts: most places are ruled out by how
// a secret would begin.
std::size_t Masker::beginning_of(std::string_view text) {
    return hash_bytes(text.substr(0, remembered_min)) % beginnings_max;
}

// The longest secret that the text begins with.
std::size_t Masker::secret_at(std::string_view text) const {
    std::size_t longest = 0;
    const std::string_view beginning = text.substr(0, remembered_min);
    for (auto secret = secrets_.lower_bound(beginning);
         secret != secrets_.end() && secret->starts_with(beginning);
         ++secret)
        if (text.starts_with(*secret)) longest = std::max(longest, secret->size());
    return longest;
}

std::string Masker::mask(std::string_view text) {
    std::string shown;
    std::size_t from = 0;
    for (std::size_t at = 0; (at = find_secret_word(text, at)) != std::string_view::npos;) {
        const Span value = value_behind(text, at);
        at = std::max(value.end, at + 1);
        if (value.end <= value.begin) continue;
        remember(text.substr(value.begin, value.end - value.begin));
        shown += text.substr(from, value.begin - from);
        shown += masked_text;
        from = value.end;
    }
    shown += text.substr(from);
    return shown;
}

std::string Masker::without_secrets(std::string text) const {
    if (secrets_.empty()) return text;
    for (std::size_t at = 0; at + remembered_min <= text.size(); ++at) {
        const std::string_view rest = std::string_view(text).substr(at);
        if (!beginnings_[beginning_of(rest)]) continue;
        const std::size_t size = secret_at(rest);
        if (size == 0) continue;
        text.replace(at, size, masked_text);
        at += masked_text.size() - 1;
    }
    return text;
}

std::string printable(std::string_view bytes, std::size_t most) {
    std::string text;
    while (!bytes.empty() && text.size() < most) {
        if (bytes.starts_with("\r\n")) bytes.remove_prefix(1);
        const std::size_t size = character_at(bytes);
        if (size == 0)
            text += '.';
        else
            text += bytes.substr(0, size);
        bytes.remove_prefix(std::max<std::size_t>(size, 1));
    }
    if (!bytes.empty()) text += " ... and " + std::to_string(bytes.size()) + " bytes more";
    return text;
}

}  // namespace playback::sim
