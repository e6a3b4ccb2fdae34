// StoredPlayers: players who are in the data of a node before it starts, as if they had signed up.
//
// The rules of users and players say what is stored, and the kernel where: there is no second copy
// of either here. Ids are of a time before this program, so a node never makes one of them again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/ids.h"

namespace playback::bench {

// In the order of their keys, into the data directory of a node that does not run. The user of the
// id `model` has signed up there: everybody gets its password, and has entered its stages.
Result<std::vector<UserId>> store_players(const std::string& directory,
                                          const std::string& model,
                                          std::size_t count);

}  // namespace playback::bench
