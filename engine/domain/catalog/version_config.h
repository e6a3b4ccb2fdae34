// The rules of a version config (omgservers.md 6.1): lengths and numbers, nothing across fields.
//
// As in the reference, min_players may exceed max_players and names may repeat: the matchmaker
// copes. What the reference would accept is not refused, but for stated bounds on counts and bytes.
#pragma once

#include "engine/base/result.h"
#include "engine/domain/catalog/values.h"

namespace playback::catalog {

// Fails with invalid_argument; the detail names the field, as "modes[0].groups[1].min_players".
Result<void> check_version_config(const VersionConfig& config);

}  // namespace playback::catalog
