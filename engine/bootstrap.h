// Bootstrap: what a node makes once, in fresh data, and checks at every start (omgservers.md 2).
//
// The users admin, support, service and connector with their aliases, and the hosts of the pool.
// Everything may be done again after a crash at any point: users have fixed ids, and generated
// passwords are handed over before the users exist. A password that the configuration gives
// replaces the one stored.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "engine/kernel/kernel.h"
#include "engine/node_config.h"

namespace playback {

// What the rest of the node needs to know of its data.
struct Bootstrapped {
    std::string installation;  // names this installation to container hosts; never changes
    // Of a password that nobody has: what log-ins of unknown users are compared with.
    std::string decoy_password_hash;
};

// Fails as the kernel does, with conflict (an alias is taken by somebody else) or with what
// `keep_passwords` says. The arguments outlive the task.
io::Task<Result<Bootstrapped>> bootstrap(io::Io& io,
                                         kernel::Kernel& kernel,
                                         const NodeConfig& config);

}  // namespace playback
