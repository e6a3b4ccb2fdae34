// Scrambled allocator: an operator new whose addresses say nothing, to be loaded before a driver
// (LD_PRELOAD). Sizes jitter, memory comes filled with noise, and what is freed comes back late and
// in another order. A run that depends on an address or on memory that it never wrote changes its
// hash; PLAYBACK_SCRAMBLE is the seed of the noise. For programs of one thread.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace {

// In front of each piece of memory.
struct Head {
    void* raw;  // what malloc gave
    std::size_t size;
};

struct Scrambler {
    static constexpr std::size_t held_max = 2048;

    std::uint64_t state = 0;
    std::array<void*, held_max> held{};  // freed, and not given back yet

    // xorshift64*
    std::uint64_t next() {
        if (state == 0) {
            const char* const seed = std::getenv("PLAYBACK_SCRAMBLE");
            state = seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10) * 2 + 1;
        }
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545f4914f6cdd1dULL;
    }

    void* get(std::size_t size, std::size_t alignment) {
        if (alignment < alignof(std::max_align_t)) alignment = alignof(std::max_align_t);
        const std::size_t jitter = next() % 64 * alignment;
        void* const raw = std::malloc(size + sizeof(Head) + jitter + 2 * alignment);
        if (raw == nullptr) return nullptr;
        void* place = static_cast<char*>(raw) + sizeof(Head) + jitter;
        std::size_t room = size + alignment;
        char* const given = static_cast<char*>(std::align(alignment, size, place, room));
        const Head head{raw, size};
        std::memcpy(given - sizeof(Head), &head, sizeof(Head));
        std::memset(given, static_cast<int>(next() & 0xff), size);
        return given;
    }

    void put(void* given) {
        if (given == nullptr) return;
        Head head{};
        std::memcpy(&head, static_cast<char*>(given) - sizeof(Head), sizeof(Head));
        std::memset(given, static_cast<int>(next() & 0xff), head.size);
        void*& place = held[next() % held_max];
        std::free(place);
        place = head.raw;
    }
};

Scrambler scrambler;

void* get_or_throw(std::size_t size, std::size_t alignment) {
    void* const given = scrambler.get(size, alignment);
    if (given == nullptr) throw std::bad_alloc();
    return given;
}

}  // namespace

void* operator new(std::size_t size) {
    return get_or_throw(size, 1);
}
void* operator new[](std::size_t size) {
    return get_or_throw(size, 1);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return scrambler.get(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return scrambler.get(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return get_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return get_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* given) noexcept {
    scrambler.put(given);
}
void operator delete[](void* given) noexcept {
    scrambler.put(given);
}
void operator delete(void* given, std::size_t) noexcept {
    scrambler.put(given);
}
void operator delete[](void* given, std::size_t) noexcept {
    scrambler.put(given);
}
void operator delete(void* given, std::align_val_t) noexcept {
    scrambler.put(given);
}
void operator delete[](void* given, std::align_val_t) noexcept {
    scrambler.put(given);
}
void operator delete(void* given, std::size_t, std::align_val_t) noexcept {
    scrambler.put(given);
}
void operator delete[](void* given, std::size_t, std::align_val_t) noexcept {
    scrambler.put(given);
}
