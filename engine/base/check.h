// CHECK(x): what only a bug can make false. Always on, in every build.
//
// A failed check calls one hook (DESIGN section 7). In production the hook writes a crash file and
// aborts; in the simulator it leaves the step by an exception that only the world catches. Without
// a hook the process prints the place and aborts. What the environment can cause is a Result
// instead.
#pragma once

namespace playback {

struct CheckSite {
    const char* expression;
    const char* file;
    int line;
};

// Must not return: it ends the process or throws.
using CheckHook = void (*)(const CheckSite& site);

// Installs `hook` and returns the one before it; nullptr restores the default (print and abort).
CheckHook set_check_hook(CheckHook hook);

[[noreturn]] void check_failed(const CheckSite& site);

}  // namespace playback

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) [[unlikely]]                                                       \
            ::playback::check_failed(::playback::CheckSite{#condition, __FILE__, __LINE__}); \
    } while (false)
