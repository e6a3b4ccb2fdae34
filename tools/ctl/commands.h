// The commands of `playback ctl` as one table: the parser, the calls, the help and the completion
// of shells are all made from it, so they cannot differ.
//
// A command that is one call of the API is one row and no code. Arguments and options are written
// as in the help, and described once, by name, in tables of their own:
//
//     "TENANT [STAGE=default] PERMISSION..."   one, one that may be left out, one or more
//     "[PASSWORD]"                             may be left out; the command knows what then
//     "--config! --spec"                       an option that must be there, and one that may
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace playback::ctl {

enum class Action : std::uint8_t {
    call,            // `method`, with the token of its role
    log_in,          // `method` is a create-token; the token is kept
    get,             // the last value of a key
    purge_state,     //
    use_local,       // which node the next commands talk to
    use_cloud,       // there is none
    use_custom,      //
    init_tenant,     // flows.h
    deploy_version,  //
    completion,      //
};

struct Command {
    std::string_view words;         // "support tenant create-alias"
    std::string_view help;          // one line
    std::string_view arguments{};   // see above; by their names they are members of the request
    std::string_view options{};     // beside the common ones
    Action action = Action::call;   //
    std::string_view method{};      // "support/create-tenant-alias"
    std::string_view prints{};      // members of the answer; "id=tenant_id": kept by both names;
                                    // "*": the whole answer
    bool is_local_testing = false;  // support/support and a developer known from its init-tenant
};

std::span<const Command> all_commands();

// An argument as it stands in a row.
struct Place {
    std::string_view name;      // "STAGE"
    std::string_view fallback;  // "default"
    bool may_be_left_out = false;
    bool repeats = false;
};
std::vector<Place> places_of(const Command& command);

// What a name means.
struct Argument {
    std::string_view name;       // "TENANT_PERMISSION"
    std::string_view help;       //
    std::string_view member{};   // of the request; empty: the name in small letters
    std::string_view choices{};  // "PROJECT_MANAGER TENANT_VIEWER"
    bool is_secret = false;      // `-` reads it from standard input
};
const Argument& argument_named(std::string_view name);

struct Option {
    std::string_view name;      // "--installation"
    std::string_view brief;     // "-n", or empty
    std::string_view value;     // "NAME"; empty: a flag
    std::string_view help;      //
    bool is_common = false;     // every command has it
    bool names_a_file = false;  // for completion
};
std::span<const Option> all_options();
// By either name; nullptr if there is none.
const Option* find_option(std::string_view name);

struct WantedOption {
    const Option* option;
    bool must_be_there;
};
// Those of the row, then the common ones.
std::vector<WantedOption> options_of(const Command& command);

// The words of a group, and what it is for: "support tenant".
struct Group {
    std::string_view words;
    std::string_view help;
};
std::span<const Group> all_groups();

// `support init-tenant` for `support installation init-tenant`; empty if there is no short form.
std::string short_form(const Command& command);

std::vector<std::string_view> split(std::string_view text, char at = ' ');

}  // namespace playback::ctl
