// Result<T>: a value, or an Error with a stable code and a detail for people.
//
// The environment can cause an Error; only a bug can cause a failed CHECK. Callers decide on the
// code and never on the detail. `return Error{Errc::full, "..."}` converts.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace playback {

// Codes are for decisions of callers, so there are few. Protocol rooms map them to their own words.
enum class Errc : std::uint8_t {
    invalid_argument = 1,  // the value itself is refused; detail names field and mend
    not_found,             // addressee or entity does not exist (any more)
    already_exists,        // a unique name is taken
    conflict,              // the state of the entity forbids it now
    denied,                // caller is known but lacks the right
    unauthenticated,       // caller is not known: no, wrong or expired credentials
    full,                  // a stated limit of `limits.h` or of the configuration is reached
    unavailable,           // refused now, nothing happened, try again later
    unknown_outcome,       // it may or may not have happened; safe to do again
    timed_out,             // the deadline passed; the outcome on the other side is unknown
    closed,                // stream, listener, node or group was closed on this side
    reset,                 // the peer broke the connection
    refused,               // nobody listens there, or the other side said no
    io_failed,             // disk, daemon or network said no; detail has its words
    corrupt,               // stored or received bytes do not make sense
    fenced,                // another owner has taken the slot (newer epoch)
    in_use,                // locked by another process
    unsupported,           // known and deliberately not offered
};

std::string_view name_of(Errc code);

struct Error {
    Errc code = Errc::invalid_argument;
    std::string detail;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using Base = std::expected<T, Error>;

public:
    using Base::Base;
    Result() = default;
    Result(Error error)  // NOLINT(google-explicit-constructor): `return Error{...}` is the idiom
        : Base(std::unexpect, std::move(error)) {}
};

}  // namespace playback

// Returns the error of `expression` from the calling function, else goes on. For Result<void> too.
#define TRY_VOID(expression)                                          \
    do {                                                              \
        if (auto try_result = (expression); !try_result) [[unlikely]] \
            return ::playback::Error(std::move(try_result).error());  \
    } while (false)

// TRY(name, expression): `name` becomes the value, or the function returns the error.
#define TRY(name, expression)                                       \
    auto name##_result = (expression);                              \
    if (!name##_result) [[unlikely]]                                \
        return ::playback::Error(std::move(name##_result).error()); \
    auto& name = *name##_result
