#include "tools/playback/memory.h"

#include <cstdlib>
#include <new>
#include <string_view>

#include <unistd.h>

namespace playback::tools {
namespace {

// Allocates nothing: there is nothing.
[[noreturn]] void end() {
    constexpr std::string_view words = "playback: out of memory; this process ends here\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, words.data(), words.size());
    std::abort();
}

}  // namespace

void end_when_memory_ends() {
    std::set_new_handler(&end);
}

}  // namespace playback::tools
