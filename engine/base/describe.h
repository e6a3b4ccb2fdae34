// Values with numbered fields: one `describe` gives the binary form, JSON for people and the hash.
//
//     struct UserRow {
//         std::string hash;
//         Role role = Role::player;
//         Unknown unknown;                       // optional: keeps fields of newer versions
//         template <class Self, class V> static void describe(Self& self, V& v) {
//             v(1, "hash", self.hash);
//             v(2, "role", self.role);
//         }
//         friend bool operator==(const UserRow&, const UserRow&) = default;
//     };
//
// Numbers are never reused. A field may be: bool, an integer, an enum, Id, Duration, Instant,
// WallTime, std::string, JsonText, another described struct, a vector or an optional of these.
//
// Binary form: per field a varint of (number << 1 | is_bytes), then a varint (zig-zag if the type
// is signed), or a varint length and bytes. Fields equal to their default are left out; an absent
// field reads as the default; a vector repeats its field. Unknown fields are kept if the struct has
// an `unknown` member, and written back after the known ones.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/id.h"
#include "engine/base/json_text.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace playback {

// Raw encoded fields that this build does not know. Eight bytes when there are none.
class Unknown {
public:
    Unknown() = default;
    Unknown(const Unknown& other) : bytes_(other.copy()) {}
    Unknown(Unknown&&) noexcept = default;
    Unknown& operator=(const Unknown& other) {
        if (this != &other) bytes_ = other.copy();
        return *this;
    }
    Unknown& operator=(Unknown&&) noexcept = default;
    ~Unknown() = default;

    [[nodiscard]] std::string_view bytes() const { return bytes_ ? std::string_view(*bytes_) : ""; }
    void append(std::string_view raw) {
        if (!bytes_) bytes_ = std::make_unique<std::string>();
        bytes_->append(raw);
    }
    friend bool operator==(const Unknown& a, const Unknown& b) { return a.bytes() == b.bytes(); }

private:
    [[nodiscard]] std::unique_ptr<std::string> copy() const {
        return bytes_ ? std::make_unique<std::string>(*bytes_) : nullptr;
    }
    std::unique_ptr<std::string> bytes_;
};

namespace detail {

struct NoVisitor {
    template <class T>
    void operator()(std::uint32_t, const char*, T&) {}
};

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

}  // namespace detail

template <class T>
concept Described = requires(T& value, detail::NoVisitor& visitor) { T::describe(value, visitor); };

template <class T>
concept KeepsUnknown = requires(T& value) {
    { value.unknown } -> std::same_as<Unknown&>;
};

void put_varint(std::string& out, std::uint64_t value);

constexpr std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Scalars go through one number; `scalar_of` and `set_scalar` are each other's inverse.
template <class T>
concept Scalar = std::integral<T> || std::is_enum_v<T> || detail::is_id<T> ||
                 std::same_as<T, Duration> || std::same_as<T, Instant> || std::same_as<T, WallTime>;

template <Scalar T>
constexpr std::uint64_t scalar_of(const T& value) {
    if constexpr (detail::is_id<T>)
        return value.value;
    else if constexpr (std::same_as<T, Duration> || std::same_as<T, Instant>)
        return zigzag(value.ns);
    else if constexpr (std::same_as<T, WallTime>)
        return zigzag(value.ms);
    else if constexpr (std::is_enum_v<T>)
        return static_cast<std::uint64_t>(value);
    else if constexpr (std::is_signed_v<T>)
        return zigzag(value);
    else
        return value;
}

template <Scalar T>
constexpr void set_scalar(T& value, std::uint64_t raw) {
    if constexpr (detail::is_id<T>)
        value.value = raw;
    else if constexpr (std::same_as<T, Duration> || std::same_as<T, Instant>)
        value.ns = unzigzag(raw);
    else if constexpr (std::same_as<T, WallTime>)
        value.ms = unzigzag(raw);
    else if constexpr (std::is_enum_v<T>)
        value = static_cast<T>(raw);
    else if constexpr (std::is_signed_v<T>)
        value = static_cast<T>(unzigzag(raw));
    else
        value = static_cast<T>(raw);
}

template <Described T>
void encode_to(std::string& out, const T& value);

// The binary form (see the top of this file).
template <Described T>
std::string encode(const T& value) {
    std::string out;
    out.reserve(64);  // most rows fit, and large ones grow less often
    encode_to(out, value);
    return out;
}

namespace detail {

struct ScalarCollector {
    std::vector<std::uint64_t> values;

    template <class T>
    void operator()(std::uint32_t, const char*, const T& value) {
        if constexpr (Scalar<T>) values.push_back(scalar_of(value));
    }
};

// The declared defaults of the scalar fields of T, in the order of its describe.
template <class T>
const std::vector<std::uint64_t>& scalar_defaults() {
    static const std::vector<std::uint64_t> defaults = [] {
        const T value{};
        ScalarCollector collector;
        T::describe(value, collector);
        return collector.values;
    }();
    return defaults;
}

struct Encoder {
    std::string& out;
    const std::vector<std::uint64_t>& defaults;
    std::size_t scalars_seen = 0;

    template <class T>
    void operator()(std::uint32_t number, const char*, const T& value) {
        if constexpr (is_vector<T>) {
            for (const auto& element : value) put(number, element);
        } else if constexpr (is_optional<T>) {
            if (value) put(number, *value);
        } else if constexpr (Scalar<T>) {
            if (scalar_of(value) != defaults[scalars_seen++]) put(number, value);
        } else if constexpr (Described<T>) {
            std::string inner;
            encode_to(inner, value);
            if (!inner.empty()) put_bytes(number, inner);
        } else {
            if (!std::string_view(value).empty()) put_bytes(number, std::string_view(value));
        }
    }

    template <class T>
    void put(std::uint32_t number, const T& value) {
        if constexpr (Scalar<T>) {
            put_varint(out, static_cast<std::uint64_t>(number) << 1);
            put_varint(out, scalar_of(value));
        } else if constexpr (Described<T>) {
            put_bytes(number, encode(value));
        } else {
            put_bytes(number, std::string_view(value));
        }
    }

    void put_bytes(std::uint32_t number, std::string_view bytes) {
        put_varint(out, static_cast<std::uint64_t>(number) << 1 | 1);
        put_varint(out, bytes.size());
        out.append(bytes);
    }
};

}  // namespace detail

template <Described T>
void encode_to(std::string& out, const T& value) {
    detail::Encoder encoder{out, detail::scalar_defaults<T>()};
    T::describe(value, encoder);
    if constexpr (KeepsUnknown<T>) out.append(value.unknown.bytes());
}

// One encoded field as read from bytes.
struct RawField {
    std::uint32_t number = 0;
    bool is_bytes = false;
    std::uint64_t scalar = 0;
    std::string_view bytes;  // the value, if is_bytes
    std::string_view raw;    // the whole field with its tag
};

// Takes the next field off `bytes`; an error (corrupt) if it is cut short or malformed.
Result<RawField> take_field(std::string_view& bytes);

template <Described T>
Result<void> decode_into(T& value, std::string_view bytes);

// Fails with `corrupt`; never reads outside `bytes` and never allocates more than they hold.
template <Described T>
Result<T> decode(std::string_view bytes) {
    T value{};
    TRY_VOID(decode_into(value, bytes));
    return value;
}

namespace detail {

struct Decoder {
    const RawField& field;
    bool known = false;
    bool bad = false;

    template <class T>
    void operator()(std::uint32_t number, const char*, T& value) {
        if (number != field.number) return;
        known = true;
        if constexpr (is_vector<T>) {
            typename T::value_type element{};
            get(element);
            value.push_back(std::move(element));
        } else if constexpr (is_optional<T>) {
            typename T::value_type element{};
            get(element);
            value = std::move(element);
        } else {
            get(value);
        }
    }

    template <class T>
    void get(T& value) {
        if (field.is_bytes == Scalar<T>) {
            bad = true;
            return;
        }
        if constexpr (Scalar<T>)
            set_scalar(value, field.scalar);
        else if constexpr (Described<T>)
            bad = !decode_into(value, field.bytes);
        else if constexpr (std::same_as<T, JsonText>)
            value = JsonText::trusted(field.bytes);
        else
            value.assign(field.bytes);
    }
};

}  // namespace detail

template <Described T>
Result<void> decode_into(T& value, std::string_view bytes) {
    while (!bytes.empty()) {
        TRY(field, take_field(bytes));
        detail::Decoder decoder{field};
        T::describe(value, decoder);
        if (decoder.bad) return Error{Errc::corrupt, "stored field has the wrong type"};
        if constexpr (KeepsUnknown<T>) {
            if (!decoder.known) value.unknown.append(field.raw);
        }
    }
    return {};
}

// The canonical hash: of the binary form.
template <Described T>
std::uint64_t hash_value(const T& value) {
    return hash_bytes(encode(value));
}

// --- JSON for people (logs, dumps, reports). Not a wire format. ---

void put_json_string(std::string& out, std::string_view text);

template <class T>
void put_json(std::string& out, const T& value);

namespace detail {

struct JsonDumper {
    std::string& out;
    bool first = true;

    template <class T>
    void operator()(std::uint32_t, const char* name, const T& value) {
        if (!first) out += ',';
        first = false;
        put_json_string(out, name);
        out += ':';
        put_json(out, value);
    }
};

}  // namespace detail

template <class T>
void put_json(std::string& out, const T& value) {
    if constexpr (detail::is_vector<T>) {
        out += '[';
        for (bool first = true; const auto& element : value) {
            if (!first) out += ',';
            first = false;
            put_json(out, element);
        }
        out += ']';
    } else if constexpr (detail::is_optional<T>) {
        if (value)
            put_json(out, *value);
        else
            out += "null";
    } else if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::same_as<T, Duration> || std::same_as<T, Instant>) {
        out += std::to_string(value.ns);
    } else if constexpr (std::same_as<T, WallTime>) {
        out += std::to_string(value.ms);
    } else if constexpr (std::integral<T> && std::is_signed_v<T>) {
        out += std::to_string(value);
    } else if constexpr (Scalar<T>) {
        out += std::to_string(scalar_of(value));
    } else if constexpr (std::same_as<T, JsonText>) {
        out += std::string_view(value).empty() ? std::string_view("null") : std::string_view(value);
    } else if constexpr (Described<T>) {
        out += '{';
        detail::JsonDumper dumper{out};
        T::describe(value, dumper);
        out += '}';
    } else {
        put_json_string(out, value);
    }
}

template <Described T>
std::string to_json(const T& value) {
    std::string out;
    put_json(out, value);
    return out;
}

}  // namespace playback
