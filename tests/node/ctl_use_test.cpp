// `playback ctl` without a node: wrong use, help, completion, and what it remembers.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/node/ctl_support.h"
#include "tests/support/docker.h"
#include "tools/ctl/commands.h"

namespace playback::testing {
namespace {

using nlohmann::json;

constexpr const char* nobody = "http://127.0.0.1:1";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

Arguments words_of(std::string_view text) {
    Arguments arguments;
    for (const std::string_view word : ctl::split(text)) arguments.emplace_back(word);
    return arguments;
}

TEST(CtlUse, WrongUseSaysWhatToTypeInstead) {
    struct Case {
        const char* words;
        const char* said;
    };
    const Case cases[] = {
        {"", "ctl needs a command: get, config, admin, support, developer, completion"},
        {"support", "ctl support needs a command: installation, create-token, init-tenant"},
        {"suport tenant create-tenant", "is `playback ctl support tenant create-tenant` meant?"},
        {"support create-tenant", "is `playback ctl support tenant create-tenant` meant?"},
        {"developer deploy", "is `playback ctl developer deploy-version` meant?"},
        {"zzzzzzzzzzzzzzzzzzzzzzzz", "there is no command zzzzzzzzzzzzzzzzzzzzzzzz"},
        {"support tenant delete-tenant", "TENANT is missing: playback ctl support tenant"},
        {"support tenant delete-tenant a b", "takes at most 1 arguments, 2 were given"},
        {"support tenant create-permission t u OWNER", "is one of PROJECT_MANAGER, TENANT_VIEWER"},
        {"support tenant create-tenant --jsn", "is --json meant?"},
        {"support tenant create-tenant --no-push", "has no option --no-push"},
        {"support tenant create-tenant -n", "--installation needs a value"},
        {"support tenant create-tenant --json=1", "--json takes no value"},
        {"support tenant create-tenant -n a -n b", "--installation was given twice"},
        {"developer deploy-version", "needs --image IMAGE"},
        {"developer deploy-version -i a dev pass tenant", "or none of them"},
        {"developer deploy-version -i a --patience x", "--patience takes"},
        {"developer deploy-version -i a", "nothing is known of a tenant at local"},
        {"developer deploy-version -i a dev - t p -c -", "only one of"},
        {"developer localtesting deploy-version -i a", "localtesting init-tenant omgservers"},
        {"developer version create-version t p -c /nonexistent", "cannot read /nonexistent"},
        {"support init-tenant 1 tenant project", "would be taken for an id"},
        {"support init-tenant same same project", "choose two different ones"},
        {"support tenant create-tenant", "nobody is logged in as support at local"},
        {"support tenant create-tenant -n far", "config installation use-custom far ADDRESS"},
        {"support create-token support", "PASSWORD is missing"},
        {"config use-cloud eu", "there is no cloud"},
        {"config use-custom a https://a", "https is not spoken here"},
        {"config use-custom a 127.0.0.1:8080", "it begins with http://"},
        {"config use-custom a http://me:secret@host", "no user and password"},
        {"get colour", "there is no key colour; there are"},
    };
    const Ctl ctl;
    for (const Case& one : cases) {
        const Ended ended = ctl(words_of(one.words));
        EXPECT_EQ(ended.code, 2) << one.words;
        EXPECT_TRUE(ended.err.contains(one.said)) << one.words << ": " << ended.err;
        EXPECT_EQ(ended.out, "") << one.words;
    }
    const Ended as_json = ctl({"support", "create-tenant", "--json"});
    EXPECT_EQ(as_json.code, 2);
    EXPECT_TRUE(as_json.json()["error"].get<std::string>().contains("meant?")) << as_json.out;
}

TEST(CtlUse, SaysThatNobodyAnswers) {
    const Ctl ctl;
    const Ended down = ctl({"support", "create-token", "support", "topsecret", "-n", nobody});
    EXPECT_EQ(down.code, 1);
    EXPECT_TRUE(down.err.contains("nobody answers at http://127.0.0.1:1")) << down.err;
    EXPECT_TRUE(down.err.contains("Is the node running?")) << down.err;
    EXPECT_FALSE(down.err.contains("topsecret")) << down.err;
    const Ended as_json =
        ctl({"support", "create-token", "support", "topsecret", "-n", nobody, "--json"});
    EXPECT_EQ(as_json.code, 1);
    EXPECT_TRUE(as_json.json()["error"].is_string()) << as_json.out;
    EXPECT_EQ(ctl({"get", "token"}).code, 1) << "there is none yet";
}

TEST(CtlUse, RepeatsNoSecret) {
    const Ctl ctl;
    const char* const secret = "c29tZXNlY3JldA";
    const std::vector<Arguments> uses{
        {"support", "create-token", "support", secret, "more"},
        {"support", "creat-token", "support", secret},
        {"developer", "deploy-version", "-i", "a", "dev", secret, "t"},
        {"developer", "deploy-version", "-i", "a", "dev", secret, "t", "p", "-n", nobody},
        {"admin", "bcrypt-hash", secret, "-n", nobody},
    };
    for (const Arguments& use : uses) {
        const Ended ended = ctl(use);
        EXPECT_NE(ended.code, 0);
        EXPECT_FALSE((ended.out + ended.err).contains(secret)) << ended.err;
    }
    EXPECT_FALSE(read_file(ctl.state()).contains(secret));
}

TEST(CtlUse, HelpsOnEveryLevel) {
    const Ctl ctl;
    const Ended top = run_program({"--help"});
    EXPECT_TRUE(top.out.contains("ctl")) << top.out;
    EXPECT_TRUE(ctl({"--help"}).out.contains("support installation") ||
                ctl({"--help"}).out.contains("support init-tenant"));
    for (const ctl::Group& group : ctl::all_groups()) {
        Arguments words = words_of(group.words);
        words.emplace_back("--help");
        const Ended ended = ctl(words);
        EXPECT_EQ(ended.code, 0) << group.words;
        EXPECT_TRUE(ended.out.contains(group.help)) << ended.out;
    }
    for (const ctl::Command& command : ctl::all_commands()) {
        Arguments words = words_of(command.words);
        words.emplace_back("-h");
        const Ended ended = ctl(words);
        EXPECT_EQ(ended.code, 0) << command.words;
        EXPECT_TRUE(ended.out.contains(command.help)) << ended.out;
        for (const ctl::Place& place : ctl::places_of(command))
            EXPECT_TRUE(ended.out.contains(place.name)) << ended.out;
        for (const std::string& line : lines_of(ended.out)) EXPECT_LE(line.size(), 110U) << line;
    }
}

// --- what is remembered ---

TEST(CtlState, IsForItsOwnerOnly) {
    const Ctl ctl;
    const auto mode = [&] {
        struct ::stat is{};
        EXPECT_EQ(::stat(ctl.state().c_str(), &is), 0);
        return is.st_mode & 0777U;
    };
    EXPECT_EQ(ctl({"config", "use-local"}).code, 0);
    EXPECT_EQ(mode(), 0600U);
    ::chmod(ctl.state().c_str(), 0644);
    EXPECT_EQ(ctl({"config", "use-local"}).code, 0);
    EXPECT_EQ(mode(), 0600U);
    EXPECT_EQ(lines_of(read_file(ctl.state())).size(), 2U);
    EXPECT_EQ(ctl({"config", "purge-wal"}).code, 0);
    EXPECT_EQ(read_file(ctl.state()), "");
}

TEST(CtlState, IsWhereItIsToldToBe) {
    Ctl ctl;
    const std::string by_variable = ctl.home() + "/by-variable";
    const std::string by_option = ctl.home() + "/by-option";
    ctl.set("PLAYBACK_CTL_STATE", by_variable);
    EXPECT_EQ(ctl({"config", "use-local"}).code, 0);
    EXPECT_EQ(ctl({"config", "use-local", "--state", by_option}).code, 0);
    EXPECT_EQ(lines_of(read_file(by_variable)).size(), 1U);
    EXPECT_EQ(lines_of(read_file(by_option)).size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(ctl.state()));
    const Ended bad = ctl({"config", "use-local", "--state", ctl.home()});
    EXPECT_EQ(bad.code, 2);
    EXPECT_TRUE(bad.err.contains("--state names another")) << bad.err;
}

TEST(CtlState, TheLatestEntryWins) {
    const Ctl ctl;
    const auto put = [&](const std::string& line) {
        std::ofstream(ctl.state(), std::ios::app) << line;
    };
    const auto result = [](const std::string& installation, const std::string& id) {
        return R"({"type":"result","installation":")" + installation +
               R"(","command":"x","values":{"id":")" + id + "\"}}\n";
    };
    put(result("a", "1") + result("b", "2"));
    EXPECT_EQ(ctl({"get", "id"}).out, "2\n");
    EXPECT_EQ(ctl({"get", "id", "-n", "a"}).out, "1\n");
    // A line that was cut short is skipped, and does not spoil the next.
    put(R"({"type":"result","installation":"a","values":{"id":)");
    EXPECT_EQ(ctl({"get", "id"}).out, "2\n");
    EXPECT_EQ(ctl({"config", "use-custom", "here", "http://127.0.0.1:9/games/"}).code, 0);
    EXPECT_EQ(json::parse(lines_of(read_file(ctl.state())).back())["address"],
              "http://127.0.0.1:9/games");
    const Ended down = ctl({"support", "create-token", "support", "x"});
    EXPECT_TRUE(down.err.contains("http://127.0.0.1:9/games")) << "the last one is used";
}

TEST(CtlState, CommandsAtOnceDoNotMix) {
    const Ctl ctl;
    constexpr int count = 24;
    const std::string registry(3000, 'r');  // lines longer than a buffer of stdio's
    {
        std::vector<std::unique_ptr<Program>> all;
        for (int i = 0; i < count; ++i) {
            Arguments words{"ctl",
                            "config",
                            "use-custom",
                            "n" + std::to_string(i),
                            "http://127.0.0.1:9",
                            "-r",
                            registry};
            all.push_back(std::make_unique<Program>(std::move(words), ctl.variables()));
        }
        for (const auto& one : all) EXPECT_EQ(one->wait(), 0) << one->err();
    }
    std::vector<std::string> names;
    for (const std::string& line : lines_of(read_file(ctl.state()))) {
        const json entry = json::parse(line, nullptr, false);
        ASSERT_TRUE(entry.is_object()) << line;
        names.push_back(entry["name"]);
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::unique(names).begin(), names.end());
    EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
}

// --- completion ---

// What bash offers behind each of these lines ("" at the end: a new word), by line.
std::map<std::string, std::vector<std::string>> offered(const Ctl& ctl,
                                                        const std::vector<std::string>& lines) {
    const std::string script = ctl.home() + "/completion.bash";
    const std::string probe = ctl.home() + "/probe.bash";
    std::ofstream(script) << ctl({"completion", "bash"}).out;
    std::ofstream out(probe);
    out << "source " << script << "\n";
    for (const std::string& line : lines) {
        out << "COMP_WORDS=(playback ctl";
        for (const std::string_view word : ctl::split(line)) out << " '" << word << "'";
        out << (line.empty() || line.ends_with(' ') ? " ''" : "") << ")\n"
            << "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_playback_ctl\n"
            << "echo '#" << line << "'; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    }
    out.close();
    const CommandOutcome ran = run_command({"bash", probe});
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    std::map<std::string, std::vector<std::string>> offers;
    std::string current;
    for (const std::string& line : lines_of(ran.output)) {
        if (line.starts_with('#'))
            current = line.substr(1);
        else if (!line.empty())
            offers[current].push_back(line);
    }
    return offers;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

TEST(CtlCompletion, BashOffersEachWordOfEachCommand) {
    const Ctl ctl;
    std::vector<std::string> lines;
    for (const ctl::Command& command : ctl::all_commands()) {
        std::string so_far;
        for (const std::string_view word : ctl::split(command.words)) {
            if (std::ranges::find(lines, so_far) == lines.end()) lines.push_back(so_far);
            so_far += std::string(word) + " ";
        }
    }
    auto offers = offered(ctl, lines);
    for (const ctl::Command& command : ctl::all_commands()) {
        std::string so_far;
        for (const std::string_view word : ctl::split(command.words)) {
            EXPECT_TRUE(has(offers[so_far], word)) << "'" << so_far << "': " << word;
            so_far += std::string(word) + " ";
        }
    }
    EXPECT_TRUE(has(offers["support "], "init-tenant")) << "the short form";
}

TEST(CtlCompletion, BashOffersValuesOptionsAndNothingElse) {
    const Ctl ctl;
    auto offers = offered(ctl,
                          {"support ten",
                           "-n test support tenant create-permission t u ",
                           "support tenant create-permission t u TENANT_VIEWER P",
                           "completion ",
                           "developer deploy-version --n",
                           "support tenant create-tenant --n",
                           "support tenant create-tenant "});
    EXPECT_EQ(offers["support ten"], std::vector<std::string>{"tenant"});
    const std::vector<std::string> rights{"PROJECT_MANAGER", "TENANT_VIEWER"};
    EXPECT_EQ(offers["-n test support tenant create-permission t u "], rights);
    EXPECT_EQ(offers["support tenant create-permission t u TENANT_VIEWER P"],
              std::vector<std::string>{"PROJECT_MANAGER"});
    EXPECT_EQ(offers["completion "], (std::vector<std::string>{"bash", "zsh", "fish"}));
    EXPECT_EQ(offers["developer deploy-version --n"], std::vector<std::string>{"--no-push"});
    EXPECT_TRUE(offers["support tenant create-tenant --n"].empty());
    EXPECT_TRUE(offers["support tenant create-tenant "].empty());
}

TEST(CtlCompletion, ShellsCanReadIt) {
    const Ctl ctl;
    int shells = 0;
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Ended made = ctl({"completion", shell});
        ASSERT_EQ(made.code, 0) << made.err;
        for (const ctl::Command& command : ctl::all_commands())
            EXPECT_TRUE(made.out.contains(ctl::split(command.words).back())) << command.words;
        const std::string script = ctl.home() + "/completion." + shell;
        std::ofstream(script) << made.out;
        if (run_command({shell, "-c", "true"}).exit_code != 0) continue;  // not installed here
        const CommandOutcome read = run_command({shell, "-n", script});
        EXPECT_EQ(read.exit_code, 0) << read.output;
        ++shells;
    }
    EXPECT_GE(shells, 1) << "bash at least";
}

}  // namespace
}  // namespace playback::testing
