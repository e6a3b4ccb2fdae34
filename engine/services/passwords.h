// Generated passwords: 24 unpredictable bytes in standard base64, 32 characters (omgservers.md 2).
#pragma once

#include <string>

#include "engine/io/security.h"

namespace playback::services {

std::string make_password(io::Entropy& entropy);

}  // namespace playback::services
