// Message: a command, message or reply of any type, so that the kernel can carry it.
//
// The types are plain described structs with a stable number:
//
//     struct CreateUser {
//         static constexpr kernel::MessageKind kind = 101;
//         using Reply = UserCreated;                          // void: one-way, cannot be refused
//         ...fields, describe...
//     };
//
// A command has a Reply and may be refused. A message travels between aggregates, has Reply = void
// and cannot fail: what does not fit any more is consumed. Timers carry either.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/describe.h"

namespace playback::kernel {

using MessageKind = std::uint16_t;

class MessageBody {
public:
    virtual ~MessageBody() = default;
    [[nodiscard]] virtual MessageKind kind() const = 0;
    virtual void encode_to(std::string& out) const = 0;
};

using Message = std::unique_ptr<MessageBody>;

template <class T>
class BodyOf final : public MessageBody {
public:
    explicit BodyOf(T content) : value(std::move(content)) {}
    [[nodiscard]] MessageKind kind() const override {
        if constexpr (requires { T::kind; })
            return T::kind;
        else
            return 0;  // a reply: never stored, never routed
    }
    void encode_to(std::string& out) const override {
        if constexpr (Described<T>)
            playback::encode_to(out, value);
        else
            CHECK(false && "only described values are stored");
    }

    T value;
};

template <class T>
Message make_message(T value) {
    return std::make_unique<BodyOf<T>>(std::move(value));
}

// The content of a message that is known to be a T.
template <class T>
T& content(MessageBody& body) {
    return static_cast<BodyOf<T>&>(body).value;
}
template <class T>
const T& content(const MessageBody& body) {
    return static_cast<const BodyOf<T>&>(body).value;
}

}  // namespace playback::kernel
