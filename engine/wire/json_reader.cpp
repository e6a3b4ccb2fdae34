#include "engine/wire/json_reader.h"

#include <charconv>
#include <limits>

#include "engine/base/check.h"

namespace playback::wire {
namespace {

std::uint32_t code_unit(std::string_view digits) {
    std::uint32_t unit = 0;
    std::from_chars(digits.begin(), digits.begin() + 4, unit, 16);
    return unit;
}

void put_utf8(std::string& out, std::uint32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
        return;
    }
    if (point < 0x800) {
        out += static_cast<char>(0xc0 | point >> 6);
    } else {
        if (point < 0x10000) {
            out += static_cast<char>(0xe0 | point >> 12);
        } else {
            out += static_cast<char>(0xf0 | point >> 18);
            out += static_cast<char>(0x80 | (point >> 12 & 0x3f));
        }
        out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    }
    out += static_cast<char>(0x80 | (point & 0x3f));
}

char simple_escape(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

}  // namespace

std::string unescape_json(std::string_view quoted) {
    CHECK(quoted.size() >= 2);
    std::string_view rest = quoted.substr(1, quoted.size() - 2);
    std::string out;
    out.reserve(rest.size());
    while (!rest.empty()) {
        const std::size_t slash = rest.find('\\');
        out.append(rest.substr(0, slash));
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
        if (rest.front() != 'u') {
            out += simple_escape(rest.front());
            rest.remove_prefix(1);
            continue;
        }
        std::uint32_t point = code_unit(rest.substr(1));
        rest.remove_prefix(5);
        if (point >= 0xd800 && point < 0xdc00) {
            const std::uint32_t low = code_unit(rest.substr(2));
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            rest.remove_prefix(6);
        }
        put_utf8(out, point);
    }
    return out;
}

JsonReader::JsonReader(std::string_view text, const JsonLimits& limits)
    : text_(text), depth_max_(limits.depth_max) {
    if (text.size() > limits.bytes_max)
        fail(Error{Errc::invalid_argument,
                   "JSON: " + std::to_string(text.size()) + " bytes, more than the limit of " +
                       std::to_string(limits.bytes_max)});
    frames_.reserve(8);  // usual requests fit, so that reading one allocates twice
    read_members_.reserve(16);
    skip_space();
}

void JsonReader::skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
        ++at_;
}

void JsonReader::fail(Error error) {
    if (failed_) return;
    failed_ = true;
    pending_ = false;
    error_ = std::move(error);
    const std::string where = path();
    if (!where.empty()) error_.detail = "field '" + where + "': " + error_.detail;
}

void JsonReader::fail(std::string_view what) {
    if (failed_) return;
    std::string detail(at_ < text_.size() ? what : "the text ends too early");
    detail += " at byte " + std::to_string(at_);
    fail(Error{Errc::invalid_argument, std::move(detail)});
}

void JsonReader::refuse(std::string_view why) {
    if (failed_) return;
    const std::size_t at = pending_ ? at_ : value_at_;
    fail(Error{Errc::invalid_argument, std::string(why) + " at byte " + std::to_string(at)});
}

std::string JsonReader::path() const {
    std::string out;
    for (const Frame& frame : frames_) {
        if (!frame.is_object) {
            out += '[' + std::to_string(frame.index) + ']';
            continue;
        }
        if (!out.empty() && !frame.name.empty()) out += '.';
        out += frame.name.substr(0, 64);
    }
    return out;
}

// Every read begins here: false if nothing may be read. Keeps the book on duplicate members.
bool JsonReader::begin_value() {
    if (failed_) return false;
    CHECK(pending_);  // one read for each value
    if (!frames_.empty() && frames_.back().is_object) {
        const Frame& frame = frames_.back();
        for (std::size_t i = frame.read_begin; i < read_members_.size(); ++i) {
            if (read_members_[i] != frame.name) continue;
            fail("this member was given before,");
            return false;
        }
        if (read_members_.size() - frame.read_begin == object_members_max) {
            fail("too many members");
            return false;
        }
        read_members_.push_back(frame.name);
    }
    value_at_ = at_;
    pending_ = false;
    return true;
}

bool JsonReader::take_value(std::string_view& value) {
    auto length = scan_json_value(text_, at_, depth_max_ - frames_.size());
    if (!length) {
        fail(std::move(length).error());
        return false;
    }
    value = text_.substr(at_, *length);
    at_ += *length;
    return true;
}

bool JsonReader::open(char bracket, std::string_view what) {
    if (!begin_value()) return false;
    if (!is(bracket)) {
        fail(what);
        return false;
    }
    if (frames_.size() == depth_max_) {
        fail("too many nested arrays or objects");
        return false;
    }
    ++at_;
    Frame frame;
    frame.is_object = bracket == '{';
    frame.read_begin = read_members_.size();
    frames_.push_back(frame);
    skip_space();
    return true;
}

void JsonReader::close() {
    ++at_;
    read_members_.resize(frames_.back().read_begin);
    frames_.pop_back();
    pending_ = false;
}

bool JsonReader::member_name(std::string_view& name) {
    frames_.back().name = {};
    if (!is('"')) {
        fail("a member name is expected");
        return false;
    }
    auto span = scan_json_string(text_, at_);
    if (!span) {
        fail(std::move(span).error());
        return false;
    }
    name = unescaped(text_.substr(at_, span->length), span->escaped);
    at_ += span->length;
    frames_.back().name = name;
    skip_space();
    if (!is(':')) {
        fail("a ':' is expected");
        return false;
    }
    ++at_;
    skip_space();
    pending_ = true;
    return true;
}

bool JsonReader::open_object(std::string_view& name) {
    if (!open('{', "an object is expected")) return false;
    if (is('}')) {
        close();
        return false;
    }
    return member_name(name);
}

bool JsonReader::open_array() {
    if (!open('[', "an array is expected")) return false;
    if (is(']')) {
        close();
        return false;
    }
    pending_ = true;
    return true;
}

// Behind a value: true if another one follows in this container, which else is closed.
bool JsonReader::next_in(char closing) {
    if (pending_) skip();
    if (failed_) return false;
    skip_space();
    if (is(closing)) {
        close();
        return false;
    }
    if (!is(',')) {
        fail(closing == '}' ? "a ',' or '}' is expected" : "a ',' or ']' is expected");
        return false;
    }
    ++at_;
    skip_space();
    return true;
}

bool JsonReader::next_member(std::string_view& name) {
    return next_in('}') && member_name(name);
}

bool JsonReader::next_element() {
    if (!next_in(']')) return false;
    ++frames_.back().index;
    pending_ = true;
    return true;
}

std::string_view JsonReader::unescaped(std::string_view quoted, bool escaped) {
    if (!escaped) return quoted.substr(1, quoted.size() - 2);
    unescaped_.push_back(std::make_unique<std::string>(unescape_json(quoted)));
    return *unescaped_.back();
}

std::string_view JsonReader::string() {
    if (!begin_value()) return {};
    if (!is('"')) {
        fail("a string is expected");
        return {};
    }
    auto span = scan_json_string(text_, at_);
    if (!span) {
        fail(std::move(span).error());
        return {};
    }
    const std::string_view text = unescaped(text_.substr(at_, span->length), span->escaped);
    at_ += span->length;
    return text;
}

std::string_view JsonReader::string_or_number() {
    if (is('"')) return string();
    if (!begin_value()) return {};
    std::string_view value;
    if (!is('-') && !(at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'))
        fail("a string is expected");
    else if (take_value(value) && value.find_first_of(".eE") != std::string_view::npos)
        refuse("a whole number is expected");
    return failed_ ? std::string_view() : value;
}

std::int64_t JsonReader::int64() {
    std::string_view digits;
    if (is('"')) {
        digits = string();
    } else {
        if (!begin_value()) return 0;
        if (!is('-') && !(at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')) {
            fail("a whole number is expected");
            return 0;
        }
        if (!take_value(digits)) return 0;
    }
    if (failed_) return 0;
    std::int64_t value = 0;
    const auto [stop, code] = std::from_chars(digits.begin(), digits.end(), value);
    if (code == std::errc::result_out_of_range) {
        refuse("the number does not fit into 64 bits");
        return 0;
    }
    if (code != std::errc() || stop != digits.end()) {
        refuse("a whole number is expected");
        return 0;
    }
    return value;
}

std::int32_t JsonReader::int32() {
    const std::int64_t value = int64();
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        refuse("the number does not fit into 32 bits");
        return 0;
    }
    return static_cast<std::int32_t>(value);
}

std::uint64_t JsonReader::id() {
    const std::int64_t value = int64();
    if (value < 0) {
        refuse("an id is not negative, but this one is");
        return 0;
    }
    return static_cast<std::uint64_t>(value);
}

bool JsonReader::boolean() {
    if (!begin_value()) return false;
    const bool yes = is('t');
    std::string_view value;
    if (!yes && !is('f'))
        fail("true or false is expected");
    else
        take_value(value);
    return yes && !failed_;
}

bool JsonReader::null() {
    if (failed_ || !pending_ || !is('n') || !begin_value()) return false;
    std::string_view value;
    return take_value(value);
}

JsonText JsonReader::raw() {
    std::string_view value;
    if (!begin_value() || !take_value(value)) return {};
    return JsonText::trusted(value);
}

void JsonReader::skip() {
    if (failed_) return;
    CHECK(pending_);
    value_at_ = at_;
    pending_ = false;
    std::string_view value;
    take_value(value);
}

Result<void> JsonReader::finish() {
    if (!failed_) {
        CHECK(frames_.empty());
        if (pending_) skip();
        skip_space();
        if (!failed_ && at_ < text_.size()) fail("text after the value");
    }
    if (failed_) return error_;
    return {};
}

}  // namespace playback::wire
