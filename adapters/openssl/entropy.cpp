#include "adapters/openssl/entropy.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/random.h>

#include "engine/base/check.h"

namespace playback::adapters {
namespace {

void ask_kernel(std::span<char> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            CHECK(errno == EINTR);  // with no flags it fails for no other reason
            continue;
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace

SystemEntropy::~SystemEntropy() {
    ::explicit_bzero(block_.data(), block_.size());
}

void SystemEntropy::fill(std::span<char> out) {
    if (out.size() > block_.size()) return ask_kernel(out);
    while (!out.empty()) {
        if (left_ == 0) {
            ask_kernel(block_);
            left_ = block_.size();
        }
        const std::size_t count = std::min(left_, out.size());
        char* const from = block_.data() + (block_.size() - left_);
        std::memcpy(out.data(), from, count);
        ::explicit_bzero(from, count);
        left_ -= count;
        out = out.subspan(count);
    }
}

}  // namespace playback::adapters
