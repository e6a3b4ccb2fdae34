// Held: what Asio's pending operations keep alive after its owner has gone.
//
// A socket's state is owned by its stream; an operation that the kernel has not given back yet
// holds it too. Counted without atomics: one loop, one thread. A handler that is destroyed unrun
// (the end of the io_context) lets go as well.
#pragma once

#include <cstdint>
#include <utility>

namespace playback::adapters {

// Base of what is held. T is deleted when the last Held<T> goes.
class Holdable {
public:
    Holdable() = default;
    Holdable(const Holdable&) = delete;
    Holdable& operator=(const Holdable&) = delete;

protected:
    ~Holdable() = default;

private:
    template <class T>
    friend class Held;
    std::uint32_t holders_ = 0;
};

template <class T>
class Held {
public:
    explicit Held(T* target) : target_(target) { ++target_->holders_; }
    Held(const Held& other) : Held(other.target_) {}
    Held(Held&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
    Held& operator=(const Held&) = delete;
    Held& operator=(Held&&) = delete;
    ~Held() {
        if (target_ != nullptr && --target_->holders_ == 0) delete target_;
    }

    T* operator->() const { return target_; }
    T& operator*() const { return *target_; }

private:
    T* target_;
};

}  // namespace playback::adapters
