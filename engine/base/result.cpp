#include "engine/base/result.h"

namespace playback {

std::string_view name_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::not_found:
            return "not_found";
        case Errc::already_exists:
            return "already_exists";
        case Errc::conflict:
            return "conflict";
        case Errc::denied:
            return "denied";
        case Errc::unauthenticated:
            return "unauthenticated";
        case Errc::full:
            return "full";
        case Errc::unavailable:
            return "unavailable";
        case Errc::unknown_outcome:
            return "unknown_outcome";
        case Errc::timed_out:
            return "timed_out";
        case Errc::closed:
            return "closed";
        case Errc::reset:
            return "reset";
        case Errc::refused:
            return "refused";
        case Errc::io_failed:
            return "io_failed";
        case Errc::corrupt:
            return "corrupt";
        case Errc::fenced:
            return "fenced";
        case Errc::in_use:
            return "in_use";
        case Errc::unsupported:
            return "unsupported";
    }
    return "unknown";
}

}  // namespace playback
