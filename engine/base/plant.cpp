#include "engine/base/plant.h"

#ifdef PLAYBACK_PLANTS

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

}  // namespace playback

#endif
