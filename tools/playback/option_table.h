// The table of docs/configuration.md: every option of `playback node`, made of the options
// themselves. tests/node/configuration_test.cpp holds the page to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace playback::tools {

// What an option takes, for people: "1-86400 s". Gives each option of the command its words for
// --help. CHECKs that every option has some.
void describe_options(CLI::App& command);

// Rows of Markdown, in the order of --help: option, environment, key of the file, default, takes,
// meaning.
std::vector<std::string> option_rows(const CLI::App& command);
// Secrets that only the environment can say: variable, meaning.
std::vector<std::string> secret_rows();
// The names of OMGSERVERS: name, what it sets here or why nothing.
std::vector<std::string> foreign_rows();

}  // namespace playback::tools
