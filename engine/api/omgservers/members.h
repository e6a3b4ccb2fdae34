// Members: reads the members of a request object into variables, with the checks that all calls
// share (omgservers.md 0.1, 0.2).
//
//     std::string tenant, alias;
//     Members in;
//     in.text("tenant", tenant).text("alias", alias);
//     if (auto wrong = in.read(body)) return call.refuse(*wrong);
//
// Malformed JSON, wrong types and double members are WRONG_REQUEST; missing (or null), blank or too
// long ones VALIDATION_CONSTRAINT_VIOLATED. Unknown members are ignored. Variables outlive `read`.
// For calls that are not hot; the interchanges read by hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/omgservers/problem.h"
#include "engine/base/json_text.h"
#include "engine/base/limits.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {

inline constexpr std::size_t text_max = 64;     // aliases, ids, passwords, messages
inline constexpr std::size_t image_max = 1024;  // image references

// A whole request may nest a little deeper than the user's JSON inside of it.
inline constexpr JsonLimits request_json{.bytes_max = limits::request_body_bytes_max,
                                         .depth_max = limits::json_depth_max + 8};

bool is_blank(std::string_view text);

Problem wrong_request(std::string detail);
Problem violated(std::string_view member, std::string_view rule);

class Members {
public:
    // A string (or a number, as its digits), not blank, of at most `max` characters.
    Members& text(std::string_view name, std::string& into, std::size_t max = text_max);
    // The same under either of two names (the generations differ); the first wins.
    Members& text(std::string_view name, std::string_view other, std::string& into);
    // An id, as string or number.
    Members& id(std::string_view name, std::uint64_t& into);
    Members& id(std::string_view name, std::string_view other, std::uint64_t& into);
    // A truth value.
    Members& boolean(std::string_view name, bool& into);
    // An object, checked and verbatim; if `optional`, an absent one leaves it empty.
    Members& object(std::string_view name, JsonText& into, bool optional = false);
    // A list that is not empty, whose elements `element` reads from the reader.
    Members& list(std::string_view name, std::function<void(wire::JsonReader&)> element);
    // Makes the member added last optional: absent leaves its variable alone.
    Members& optional();

    // Reads `body`; the problem, if there is one.
    std::optional<Problem> read(std::string_view body);

private:
    static constexpr std::size_t members_max = 8;

    struct Member {
        std::string_view name;
        std::string_view other;
        std::string* text = nullptr;
        std::uint64_t* id = nullptr;
        bool* boolean = nullptr;
        JsonText* object = nullptr;
        std::function<void(wire::JsonReader&)> element;
        std::size_t max = 0;
        bool optional = false;
        bool present = false;
    };

    Member& add(std::string_view name);
    void read_member(wire::JsonReader& in, Member& member);

    std::vector<Member> members_;
};

}  // namespace playback::omgservers
