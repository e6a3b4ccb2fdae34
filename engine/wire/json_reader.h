// JsonReader: pulls the members of a request body out of its bytes, without building a tree.
//
//     JsonReader in(body);
//     in.object([&](std::string_view name) {
//         if (name == "client_id") request.client_id = in.id();
//         else if (name == "consumed_messages") in.array([&] { ids.push_back(in.id()); });
//     });
//     TRY_VOID(in.finish());
//
// A handler that reads nothing skips the value, so unknown members cost one line: none. The first
// error sticks: from then on every read gives zero or empty, no handler is called any more, and
// `finish` says it once, naming the field, the byte and what was expected (invalid_argument). A
// member that is read twice in one object is an error; members nobody reads may repeat.
//
// Views point into the text, or into the reader if the string had escapes: they live as long as
// both. Bounds: JsonLimits, and object_members_max members read from one object.
// Spec: omgservers.md section 0.1 (ids are strings out, strings or numbers in).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json_text.h"
#include "engine/base/result.h"

namespace playback::wire {

class JsonReader {
public:
    // The reader is for objects with a known set of members, not for maps.
    static constexpr std::size_t object_members_max = 64;

    explicit JsonReader(std::string_view text, const JsonLimits& limits = {});
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    // Calls member(name) for each member of the object that comes next, in order.
    template <class Member>
    void object(Member&& member) {
        std::string_view name;
        for (bool more = open_object(name); more; more = next_member(name)) member(name);
    }

    // Calls element() for each element of the array that comes next.
    template <class Element>
    void array(Element&& element) {
        for (bool more = open_array(); more; more = next_element()) element();
    }

    // A string without its escapes.
    std::string_view string();
    // The same; a whole number is taken as its digits ("id or alias" members).
    std::string_view string_or_number();
    // A whole number, or a string that holds one. No fraction, no exponent, no rounding.
    std::int64_t int64();
    std::int32_t int32();
    // An id: from 0 (none) to 2^63 - 1, as a string or a number.
    std::uint64_t id();
    bool boolean();
    // Takes a null if one comes next; says whether it did.
    bool null();
    // What comes next, for members of several types.
    [[nodiscard]] bool next_is_array() const { return !failed_ && pending_ && is('['); }
    [[nodiscard]] bool next_is_object() const { return !failed_ && pending_ && is('{'); }
    [[nodiscard]] bool next_is_string() const { return !failed_ && pending_ && is('"'); }
    // Any value, checked and verbatim.
    JsonText raw();
    void skip();

    // Refuses the value read last, or coming next: `why` as in "a known qualifier is expected".
    void refuse(std::string_view why);

    [[nodiscard]] bool ok() const { return !failed_; }
    // The text must be one value and nothing behind it. Fails with invalid_argument.
    Result<void> finish();

private:
    // An open object or array: which member or element we are at, for messages and for duplicates.
    struct Frame {
        bool is_object = false;
        std::string_view name;
        std::size_t index = 0;
        std::size_t read_begin = 0;  // where its members begin in read_members_
    };

    bool open_object(std::string_view& name);
    bool next_member(std::string_view& name);
    bool open_array();
    bool next_element();
    bool open(char bracket, std::string_view what);
    bool member_name(std::string_view& name);
    bool next_in(char closing);
    void close();
    bool begin_value();
    bool take_value(std::string_view& value);
    void skip_space();
    [[nodiscard]] bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    void fail(std::string_view what);
    void fail(Error error);
    std::string_view unescaped(std::string_view quoted, bool escaped);
    [[nodiscard]] std::string path() const;

    std::string_view text_;
    std::size_t depth_max_;
    std::size_t at_ = 0;
    std::size_t value_at_ = 0;  // where the value read last began
    bool pending_ = true;       // a value comes next and nobody has read it yet
    bool failed_ = false;
    Error error_;
    std::vector<Frame> frames_;
    std::vector<std::string_view> read_members_;
    std::vector<std::unique_ptr<std::string>> unescaped_;
};

// The text of a JSON string without its quotes and escapes; `quoted` was checked by
// scan_json_string.
std::string unescape_json(std::string_view quoted);

}  // namespace playback::wire
