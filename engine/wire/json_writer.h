// JsonWriter: appends JSON to one string, with no tree and no state but "is a comma due".
//
//     JsonWriter out(body);
//     out.object().key("client_id").id(client.value).key("match").null().end_object();
//
// Whatever bytes a string holds, the text is valid JSON: what is not UTF-8 becomes U+FFFD. The
// caller closes what it opens (CHECKed by the depth). Spec: omgservers.md section 0.1 (64-bit ids
// are strings, times are ISO-8601 with milliseconds, absent members are written as null).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/json_text.h"
#include "engine/base/time.h"

namespace playback::wire {

class JsonWriter {
public:
    // Appends to `out`, which outlives the writer.
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }

    JsonWriter& key(std::string_view name);
    // A literal: there is nothing in it to escape.
    template <std::size_t size>
    JsonWriter& key(const char (&name)[size]) {
        begin();
        out_ += '"';
        out_.append(name, size - 1).append("\":", 2);
        comma_due_ = false;
        return *this;
    }

    JsonWriter& string(std::string_view text);
    JsonWriter& id(std::uint64_t id);  // in quotes
    JsonWriter& integer(std::int64_t value);
    JsonWriter& unsigned_integer(std::uint64_t value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    JsonWriter& time(WallTime time);
    // Verbatim; empty is null.
    JsonWriter& raw(const JsonText& value);

    // One whole value was written.
    [[nodiscard]] bool complete() const { return depth_ == 0 && comma_due_; }

private:
    JsonWriter& open(char bracket) {
        begin();
        out_ += bracket;
        comma_due_ = false;
        ++depth_;
        return *this;
    }
    JsonWriter& close(char bracket) {
        CHECK(depth_ > 0);
        out_ += bracket;
        comma_due_ = true;
        --depth_;
        return *this;
    }
    void begin() {
        if (comma_due_) out_ += ',';
        comma_due_ = true;
    }

    std::string& out_;
    WallTime last_time_;  // and its text, once there is one: what is written together is often of
                          // one instant
    std::string last_time_text_;
    std::size_t depth_ = 0;
    bool comma_due_ = false;
};

// A JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace playback::wire
