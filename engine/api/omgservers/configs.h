// The configs that developers send, from JSON to the structures of the domain: a version's (modes,
// omgservers.md 6.1) and a deployment's (limits, 3.3). Types are checked here, values by the rules.
// Fails with invalid_argument: WRONG_REQUEST.
#pragma once

#include "engine/base/json_text.h"
#include "engine/base/result.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/lobby/messages.h"

namespace playback::omgservers {

Result<catalog::VersionConfig> read_version_config(const JsonText& text);

// Empty text: all defaults.
Result<lobby::DeploymentConfig> read_deployment_config(const JsonText& text);

}  // namespace playback::omgservers
