// The commands that are more than one call: a whole tenant, and a whole deployment.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "tools/ctl/output.h"
#include "tools/ctl/session.h"

namespace playback::ctl {

// What they make goes into `values`, also if they fail half-way.

// A developer, a tenant, a project and a stage with their names and all rights. What was made is
// deleted again if a later call is refused.
Result<void> init_tenant(Session& session,
                         const Invocation& asked,
                         const Output& output,
                         nlohmann::json& values);

// Tags and pushes the image, makes a version of it, deploys it, and waits for a lobby.
Result<void> deploy_version(Session& session,
                            const Invocation& asked,
                            const Output& output,
                            nlohmann::json& values);

}  // namespace playback::ctl
