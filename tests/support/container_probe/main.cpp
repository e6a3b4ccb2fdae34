// The program that contract tests run in containers: it does what its environment tells it.
//
//   PROBE_PRINT=text     prints the text and a newline first
//   PROBE_SHOW=NAME      prints NAME=value of that environment variable
//   PROBE_STUBBORN=1     ignores SIGTERM
//   PROBE_ALLOCATE=MB    then keeps that much memory resident
//   PROBE_EXIT=code      then exits; without it, sleeps until it is ended
//
// Static and plain, so that it is an image all by itself.
#include <cstdlib>
#include <cstring>
#include <string>

#include <signal.h>
#include <unistd.h>

namespace {

void print(const std::string& line) {
    const std::string text = line + "\n";
    if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(125);
}

// In steps, and slowly enough for a watcher that looks four times a second.
void allocate(std::size_t megabytes) {
    constexpr std::size_t step = 1 << 20;
    for (std::size_t i = 0; i < megabytes; ++i) {
        void* const memory = std::malloc(step);
        if (memory == nullptr) _exit(124);
        std::memset(memory, 1, step);
        usleep(2'000);
    }
}

void end(int) {
    _exit(0);
}

}  // namespace

int main() {
    // The first process of a container has no default actions: it must ask to be ended.
    signal(SIGTERM, std::getenv("PROBE_STUBBORN") != nullptr ? SIG_IGN : end);
    if (const char* const text = std::getenv("PROBE_PRINT")) print(text);
    if (const char* const name = std::getenv("PROBE_SHOW")) {
        const char* const value = std::getenv(name);
        print(std::string(name) + "=" + (value != nullptr ? value : ""));
    }
    if (const char* const megabytes = std::getenv("PROBE_ALLOCATE"))
        allocate(static_cast<std::size_t>(std::atoi(megabytes)));
    if (const char* const code = std::getenv("PROBE_EXIT")) return std::atoi(code);
    for (;;) pause();
}
