#include "engine/base/plant.h"

#ifdef PLAYBACK_PLANTS

#include <random>

namespace playback {
namespace {

std::string_view& active() {
    static std::string_view name;
    return name;
}

}  // namespace

bool planted(std::string_view name) {
    return active() == name;
}

void plant(std::string_view name) {
    active() = name;
}

std::uint64_t planted_entropy() {
    std::random_device device;
    return device();
}

}  // namespace playback

#endif
