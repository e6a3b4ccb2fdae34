#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace playback {
namespace {

// The one mutable static of the engine: set once when a process or a test starts.
CheckHook& current_hook() {
    static CheckHook hook = nullptr;
    return hook;
}

}  // namespace

CheckHook set_check_hook(CheckHook hook) {
    const CheckHook before = current_hook();
    current_hook() = hook;
    return before;
}

void check_failed(const CheckSite& site) {
    if (current_hook() != nullptr) current_hook()(site);
    std::fputs("CHECK failed: ", stderr);
    std::fputs(site.expression, stderr);
    std::fputs(" at ", stderr);
    std::fputs(site.file, stderr);
    std::fputs("\n", stderr);
    std::abort();
}

}  // namespace playback
