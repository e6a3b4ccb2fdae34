// What the environment says to `playback node` and `playback doctor`.
//
// Each option --some-name is PLAYBACK_SOME_NAME here; lists are separated by commas, a flag is true
// or false. Secrets have variables and no option. The names that OMGSERVERS gives its settings
// count too, after ours; those without a meaning here are noted, to be logged once. A variable that
// is empty is not set. Values of secrets never reach an error's detail.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "tools/playback/node_options.h"

namespace playback::tools {

using Variables = std::vector<std::pair<std::string, std::string>>;

// The variables of this process whose names start with PLAYBACK_ or OMGSERVERS_, by name.
Variables own_variables();

// "client-inactive" is PLAYBACK_CLIENT_INACTIVE.
std::string variable_of(std::string_view option);

// A secret that only the environment can say by itself; all else takes a file.
struct SecretVariable {
    std::string name;
    std::string meaning;
};
std::vector<SecretVariable> secret_variables();

// Reads `variables` into the options that were not given on the command line. Fails with
// invalid_argument: a PLAYBACK_ name that nothing has (the nearest is suggested), or a value that
// the option does not take.
Result<void> read_environment(CLI::App& command, NodeOptions& options, const Variables& variables);

// Command line (parsed), then the environment, then the file that either of them names.
Result<void> read_everything(CLI::App& command,
                             NodeOptions& options,
                             const Variables& variables,
                             const std::string& config);

// How a name of OMGSERVERS is taken.
enum class Taken : std::uint8_t {
    plain,
    seconds,    // "30" or "30s"
    lower,      // a word in upper case
    location,   // a path, perhaps behind "file:"
    authority,  // "http://host:port" gives host:port
    password,   // of the bootstrap user that `option` names
    nowhere,    // ignored; `option` says why
};

struct ForeignVariable {
    std::string_view name;  // may end in '*'
    std::string_view option;
    Taken taken = Taken::plain;
};

std::span<const ForeignVariable> foreign_variables();

}  // namespace playback::tools
