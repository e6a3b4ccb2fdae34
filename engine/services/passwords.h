// Generated passwords: 24 unpredictable bytes in standard base64, 32 characters (omgservers.md 2),
// and shared secrets.
#pragma once

#include <string>
#include <string_view>

#include "engine/io/security.h"

namespace playback::services {

std::string make_password(io::Entropy& entropy);

// Are they the same? Takes as long wherever they differ, so that nobody finds a shared secret
// letter by letter.
bool same_secret(std::string_view given, std::string_view secret);

}  // namespace playback::services
