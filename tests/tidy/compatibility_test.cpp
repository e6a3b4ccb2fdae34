// docs/compatibility/omgservers.md says what is compatible and which test says so. Here it is held
// to that: the tests are there, they are of the kind that it says, no route is left out; and, after
// all others, that each of them really ran.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace playback::tidy {
namespace {

namespace fs = std::filesystem;

using Complaints = std::vector<std::string>;
// "Suite.Name" to the ways ("memory", ...) of the files that have it.
using Tests = std::map<std::string, std::set<std::string>>;

constexpr std::array<std::string_view, 4> states = {"same", "better", "partly", "absent"};
constexpr std::array<std::string_view, 5> ways = {"sockets",
                                                  "memory",
                                                  "scenario",
                                                  "rules",
                                                  "untested"};

struct Row {
    std::string name;
    std::string state;
    std::string why;  // behind the state
    std::string tested;
    std::vector<std::string> tests;
};

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \n") - begin + 1));
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(trimmed(part));
    return parts;
}

// --- the page ---

std::vector<std::vector<std::string>> cells_of(const std::string& page, std::size_t columns) {
    std::vector<std::vector<std::string>> lines;
    std::istringstream in(page);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("| ")) continue;
        std::vector<std::string> cells = split(line.substr(1), '|');
        if (cells.size() == columns && cells[1] != "state" && cells[1] != "means")
            lines.push_back(std::move(cells));
    }
    return lines;
}

std::vector<Row> rows_of(const std::string& page) {
    std::vector<Row> rows;
    for (const std::vector<std::string>& cells : cells_of(page, 4)) {
        Row row;
        row.name = cells[0];
        const std::size_t colon = cells[1].find(':');
        row.state = cells[1].substr(0, colon);
        if (colon != std::string::npos) row.why = trimmed(cells[1].substr(colon + 1));
        row.tested = cells[2];
        for (const std::string& test : split(cells[3], ','))
            if (test.size() > 2) row.tests.push_back(test.substr(1, test.size() - 2));
        rows.push_back(std::move(row));
    }
    return rows;
}

Complaints check_row(const Row& row, const Tests& tests) {
    Complaints complaints;
    const auto complain = [&](const std::string& what) { complaints.push_back(row.name + what); };
    if (std::find(states.begin(), states.end(), row.state) == states.end())
        complain(": no such state: " + row.state);
    if (row.why.empty() != (row.state == "same")) complain(": only what is not the same says why");
    std::set<std::string> found;
    for (const std::string& test : row.tests) {
        const auto it = tests.find(test);
        if (it == tests.end())
            complain(": there is no test " + test);
        else
            found.insert(it->second.begin(), it->second.end());
    }
    if (row.tests.empty()) found.insert("untested");
    std::string tested;
    for (const std::string_view way : ways) {
        if (!found.contains(std::string(way))) continue;
        if (!tested.empty()) tested += ", ";
        tested += way;
    }
    if (tested != row.tested) complain(": its tests are of the kinds: " + tested);
    return complaints;
}

// The table on top: of each state and each way, how many rows there are.
Complaints check_summary(const std::string& page) {
    std::map<std::string, std::size_t> counts;
    for (const Row& row : rows_of(page)) {
        ++counts[row.state];
        for (const std::string& way : split(row.tested, ',')) ++counts[way];
    }
    std::map<std::string, std::string> said;
    for (const std::vector<std::string>& cells : cells_of(page, 3)) said[cells[0]] = cells[2];
    Complaints complaints;
    const auto compare = [&](std::string_view word) {
        const std::string key(word);
        const std::string count = std::to_string(counts[key]);
        if (said[key] != count) complaints.push_back("the summary: " + key + " has " + count);
    };
    for (const std::string_view state : states) compare(state);
    for (const std::string_view way : ways) compare(way);
    return complaints;
}

// --- the sources ---

// The arguments of each call of one of these macros at the beginning of a line.
std::vector<std::vector<std::string>> arguments_of(const std::string& source,
                                                   const std::string& macro) {
    std::vector<std::vector<std::string>> calls;
    const std::string call = macro + "(";
    for (std::size_t at = source.find(call); at != std::string::npos;
         at = source.find(call, at + 1)) {
        if (at != 0 && source[at - 1] != '\n') continue;
        const std::size_t begin = at + call.size();
        calls.push_back(split(source.substr(begin, source.find(')', begin) - begin), ','));
    }
    return calls;
}

// One that is disabled has another name, and so is not found.
void add_tests(const std::string& source, const std::string& way, Tests& tests) {
    for (const char* const macro : {"TEST", "TEST_F", "TEST_P", "TYPED_TEST", "RC_GTEST_PROP"}) {
        for (const std::vector<std::string>& arguments : arguments_of(source, macro))
            if (arguments.size() >= 2) tests[arguments[0] + "." + arguments[1]].insert(way);
    }
}

// The words of set(NAME ...) in a CMakeLists.txt.
std::vector<std::string> words_of_list(const std::string& cmake, const std::string& name) {
    std::vector<std::string> words;
    const std::string call = "set(" + name;
    const std::size_t begin = cmake.find(call);
    if (begin == std::string::npos) return words;
    const std::size_t from = begin + call.size();
    std::istringstream in(cmake.substr(from, cmake.find(')', from) - from));
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

// "Suite.*" or "Suite.Name".
bool is_one_of(const std::string& test, const std::vector<std::string>& patterns) {
    const std::string its_suite = test.substr(0, test.find('.')) + ".*";
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return pattern == test || pattern == its_suite;
    });
}

// Tests of memory that run over sockets as well.
void add_second_runs(const std::string& cmake, Tests& tests) {
    const std::vector<std::string> over_sockets = words_of_list(cmake, "api_over_sockets");
    const std::vector<std::string> unfit = words_of_list(cmake, "api_in_memory_only");
    for (auto& [test, ways_of_it] : tests) {
        const bool is_run = ways_of_it.contains("memory") && is_one_of(test, over_sockets);
        if (is_run && !is_one_of(test, unfit)) ways_of_it.insert("sockets");
    }
}

// --- what ran ---

// "Ways/Suite" and "Suite/0" are instances of "Suite".
std::string without_instance(const std::string& suite) {
    const std::size_t slash = suite.find('/');
    if (slash == std::string::npos) return suite;
    const std::string rest = suite.substr(slash + 1);
    const bool is_number = rest.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? suite.substr(0, slash) : rest;
}

// From what a test program writes about itself (--gtest_output=json): those that ran to their end,
// and with `with_skipped` those that said why they could not.
void add_runs(const std::string& report, bool with_skipped, std::set<std::string>& runs) {
    const nlohmann::json json = nlohmann::json::parse(report, nullptr, false);
    if (!json.is_object()) return;
    for (const nlohmann::json& suite : json.value("testsuites", nlohmann::json::array())) {
        for (const nlohmann::json& test : suite.value("testsuite", nlohmann::json::array())) {
            const std::string result = test.value("result", "");
            const bool counts = result == "COMPLETED" || (with_skipped && result == "SKIPPED");
            if (!counts || test.value("status", "") != "RUN") continue;
            const std::string name = test.value("name", "");
            runs.insert(without_instance(suite.value("name", "")) + "." +
                        name.substr(0, name.find('/')));
        }
    }
}

Complaints check_runs(const std::vector<Row>& rows, const std::set<std::string>& runs) {
    Complaints complaints;
    for (const Row& row : rows)
        for (const std::string& test : row.tests)
            if (!runs.contains(test)) complaints.push_back(row.name + ": did not run: " + test);
    return complaints;
}

// The paths of routes.cpp as the page names them: "support/create-tenant", or the whole path of
// what is no entrypoint. `sockets` is the header with the paths of the sockets.
std::set<std::string> routes_in(const std::string& source, const std::string& sockets) {
    std::set<std::string> routes;
    const std::string route = "Route{";
    for (std::size_t at = source.find(route); at != std::string::npos;
         at = source.find(route, at + 1)) {
        const std::string text = source.substr(at + route.size());
        const std::vector<std::string> quoted = split(text, '"');
        if (text.starts_with("ENTRYPOINT("))
            routes.insert(quoted.at(1) + "/" + quoted.at(3));
        else if (text.starts_with('"'))
            routes.insert(quoted.at(1));
        else
            routes.insert(
                split(sockets.substr(sockets.find(text.substr(0, text.find(',')) + " =")), '"')
                    .at(1));
    }
    return routes;
}

Complaints check_routes(const std::set<std::string>& routes, const std::vector<Row>& rows) {
    Complaints complaints;
    for (const std::string& route : routes) {
        const auto is_of_it = [&](const Row& row) {
            return row.name.find("`" + route + "`") != std::string::npos;
        };
        if (std::none_of(rows.begin(), rows.end(), is_of_it))
            complaints.push_back(route + " has no row");
    }
    return complaints;
}

// --- the tree ---

std::string read(const fs::path& path) {
    std::ifstream in(fs::path(PLAYBACK_SOURCE_DIR) / path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

const std::string& page() {
    static const std::string text = read("docs/compatibility/omgservers.md");
    return text;
}

Tests all_tests() {
    static const std::map<std::string, std::string> way_of = {{"node", "sockets"},
                                                              {"acceptance", "sockets"},
                                                              {"api", "memory"},
                                                              {"live", "sockets"},
                                                              {"scenarios", "scenario"}};
    Tests tests;
    const fs::path root = fs::path(PLAYBACK_SOURCE_DIR) / "tests";
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const std::string extension = entry.path().extension();
        if (extension != ".h" && extension != ".cpp") continue;
        const fs::path path = fs::relative(entry.path(), root);
        auto way = way_of.find(path.parent_path().string());
        if (way == way_of.end()) way = way_of.find(path.begin()->string());
        add_tests(read(entry.path()), way == way_of.end() ? "rules" : way->second, tests);
    }
    add_second_runs(read("tests/CMakeLists.txt"), tests);
    return tests;
}

TEST(CompatibilityPage, NamesTestsThatAreThere) {
    const Tests tests = all_tests();
    ASSERT_GT(tests.size(), 1000U);
    const std::vector<Row> rows = rows_of(page());
    ASSERT_GT(rows.size(), 150U);
    for (const Row& row : rows)
        for (const std::string& complaint : check_row(row, tests)) ADD_FAILURE() << complaint;
}

TEST(CompatibilityPage, HasEachRoute) {
    const std::set<std::string> routes = routes_in(read("engine/api/omgservers/routes.cpp"),
                                                   read("engine/api/omgservers/sockets.h"));
    ASSERT_GT(routes.size(), 60U);
    for (const std::string& complaint : check_routes(routes, rows_of(page())))
        ADD_FAILURE() << complaint;
}

TEST(CompatibilityPage, CountsItsRows) {
    for (const std::string& complaint : check_summary(page())) ADD_FAILURE() << complaint;
}

// As a test of its own (compatibility_ran), which comes after all others.
TEST(CompatibilityPage, NamesTestsThatRan) {
    const char* const reports = std::getenv("PLAYBACK_TEST_REPORTS");
    if (reports == nullptr) GTEST_SKIP() << "for who has run all tests";
    const char* const docker = std::getenv("PLAYBACK_WITHOUT_DOCKER");
    const bool is_without_docker = docker != nullptr && std::string_view(docker) == "1";
    std::set<std::string> runs;
    for (const auto& entry : fs::directory_iterator(reports)) {
        std::ifstream in(entry.path());
        std::ostringstream report;
        report << in.rdbuf();
        add_runs(report.str(), is_without_docker, runs);
    }
    for (const std::string& complaint : check_runs(rows_of(page()), runs))
        ADD_FAILURE() << complaint;
}

// --- the rules themselves ---

TEST(CompatibilityRules, FindTests) {
    Tests tests;
    add_tests("TEST(A, B) {\nTEST_F(C,\n       D) {\n  TEST(No, No)\n", "memory", tests);
    add_tests(
        "RC_GTEST_PROP(E, F, (int x)) {\nTEST(G, DISABLED_H) {\nTEST(A, B) {", "rules", tests);
    EXPECT_EQ(tests,
              (Tests{{"A.B", {"memory", "rules"}},
                     {"C.D", {"memory"}},
                     {"E.F", {"rules"}},
                     {"G.DISABLED_H", {"rules"}}}));
}

TEST(CompatibilityRules, FindSecondRuns) {
    Tests tests = {{"A.B", {"memory"}}, {"A.C", {"memory"}}, {"D.E", {"memory"}}, {"F.G", {}}};
    const std::string cmake = "set(api_over_sockets\n    A.*\n    F.*)\n";
    add_second_runs(cmake + "set(api_in_memory_only A.C)\n", tests);
    EXPECT_EQ(tests,
              (Tests{{"A.B", {"memory", "sockets"}},
                     {"A.C", {"memory"}},
                     {"D.E", {"memory"}},
                     {"F.G", {}}}));
}

TEST(CompatibilityRules, KnowWhatRan) {
    const std::string report =
        R"({"testsuites":[{"name":"Ways/A","testsuite":[)"
        R"({"name":"B/P1","status":"RUN","result":"COMPLETED"},)"
        R"({"name":"C/P1","status":"RUN","result":"SKIPPED"},)"
        R"({"name":"D","status":"NOTRUN","result":"SUPPRESSED"}]},)"
        R"({"name":"E/0","testsuite":[{"name":"F","status":"RUN","result":"COMPLETED"}]}]})";
    std::set<std::string> runs;
    add_runs("no report", true, runs);
    add_runs(report, false, runs);
    EXPECT_EQ(runs, (std::set<std::string>{"A.B", "E.F"}));
    const std::vector<Row> rows = rows_of("| 1.1 `x` | same | sockets | `A.B`, `A.C` |\n");
    EXPECT_EQ(check_runs(rows, runs), Complaints{"1.1 `x`: did not run: A.C"});
    add_runs(report, true, runs);
    EXPECT_TRUE(check_runs(rows, runs).empty());
}

TEST(CompatibilityRules, ARowIsTrue) {
    const Tests tests = {{"A.B", {"memory"}}, {"C.D", {"rules"}}};
    const auto complaints = [&](const std::string& line) {
        const std::vector<Row> rows = rows_of("| row | state | tested | tests |\n" + line);
        EXPECT_EQ(rows.size(), 1U) << line;
        return check_row(rows.at(0), tests).size();
    };
    EXPECT_EQ(complaints("| 1.1 `x` | same | memory, rules | `A.B`, `C.D` |"), 0U);
    EXPECT_EQ(complaints("| 1.1 `x` | better: more | untested |  |"), 0U);
    EXPECT_EQ(complaints("| 1.1 `x` | better | memory | `A.B` |"), 1U);
    EXPECT_EQ(complaints("| 1.1 `x` | same: but | memory | `A.B` |"), 1U);
    EXPECT_EQ(complaints("| 1.1 `x` | finished: yes | memory | `A.B` |"), 1U);
    EXPECT_EQ(complaints("| 1.1 `x` | same | memory | `A.B`, `A.C` |"), 1U);
    EXPECT_EQ(complaints("| 1.1 `x` | same | sockets | `A.B` |"), 1U);
    EXPECT_EQ(complaints("| 1.1 `x` | same | memory |  |"), 1U);
}

TEST(CompatibilityRules, RoutesHaveRows) {
    const std::set<std::string> routes =
        routes_in("Route{ENTRYPOINT(\"a\", \"b\"), x},\nRoute{the_path, y},\nRoute{\"/c\", z},",
                  "string_view the_path = \"/the/path\";");
    EXPECT_EQ(routes, (std::set<std::string>{"a/b", "/the/path", "/c"}));
    const std::vector<Row> rows = rows_of("| `a/b` | same |  |  |\n| `/c` | same |  |  |\n");
    EXPECT_EQ(check_routes(routes, rows), Complaints{"/the/path has no row"});
}

TEST(CompatibilityRules, TheSummaryIsTrue) {
    std::string text;
    for (const std::string_view word : states) text += "| " + std::string(word) + " | x | 0 |\n";
    for (const std::string_view word : ways) text += "| " + std::string(word) + " | x | 0 |\n";
    EXPECT_TRUE(check_summary(text).empty());
    EXPECT_EQ(check_summary(text + "| 1.1 | same | memory, rules | `A.B` |\n").size(), 3U);
}

}  // namespace
}  // namespace playback::tidy
