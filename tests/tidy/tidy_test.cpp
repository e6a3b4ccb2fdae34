// The house rules, read off the tree (STYLE 5.3, 5.4; DESIGN section 4): what a reviewer would have
// to say in every review. Each rule is a function from a file to complaints, and has a test of its
// own.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace playback::tidy {
namespace {

namespace fs = std::filesystem;

struct SourceFile {
    std::string path;  // from the root of the tree
    std::vector<std::string> lines;
};

using Complaints = std::vector<std::string>;

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
    return file.path + ":" + std::to_string(line + 1) + ": " + what;
}

bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return path.starts_with(prefix);
    });
}

// The line without string literals and // comments, so that words in them do not count.
std::string code_of(const std::string& line) {
    std::string code;
    bool in_string = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (in_string) {
            if (line[i] == '\\')
                ++i;
            else if (line[i] == '"')
                in_string = false;
        } else if (line[i] == '"') {
            in_string = true;
        } else if (line.compare(i, 2, "//") == 0) {
            break;
        } else {
            code += line[i];
        }
    }
    return code;
}

Complaints check_shape(const SourceFile& file) {
    Complaints complaints;
    if (file.lines.size() > 500) complaints.push_back(file.path + ": over 500 lines");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string& line = file.lines[i];
        // UTF-8 continuation bytes are not columns.
        const auto columns =
            std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
        if (columns > 100) complaints.push_back(at(file, i, "over 100 columns"));
        if (line.find('\t') != std::string::npos) complaints.push_back(at(file, i, "tab"));
        if (!line.empty() && line.back() == ' ')
            complaints.push_back(at(file, i, "trailing space"));
    }
    return complaints;
}

// A function ends where the brace that opened it in the outermost non-namespace scope closes. With
// our formatting that is: from a line ending in '{' with little indent to the '}' of that indent.
Complaints check_function_length(const SourceFile& file) {
    Complaints complaints;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string line = code_of(file.lines[i]);
        const std::size_t indent = line.find_first_not_of(' ');
        const bool opens =
            !line.empty() && line.back() == '{' && line.find('(') != std::string::npos;
        if (opens && line[indent] == ':') continue;  // what a constructor begins its members with
        if (!opens || indent > 4 || line.find("namespace") != std::string::npos) continue;
        const std::string closing = std::string(indent, ' ') + "}";
        std::size_t end = i + 1;
        while (end < file.lines.size() && !file.lines[end].starts_with(closing)) ++end;
        if (end - i > 70) complaints.push_back(at(file, i, "function over 70 lines"));
    }
    return complaints;
}

Complaints check_header(const SourceFile& file) {
    if (!file.path.ends_with(".h")) return {};
    Complaints complaints;
    if (file.lines.empty() || !file.lines[0].starts_with("// "))
        complaints.push_back(file.path + ": a header starts with a comment that says what and why");
    return complaints;
}

struct Room {
    std::string prefix;
    std::vector<std::string> may_include;
};

// Longest prefix wins. What is not listed may include anything of ours.
const std::vector<Room>& rooms() {
    static const std::vector<std::string> base{"engine/base/"};
    static const std::vector<Room> table{
        {"engine/base/", {"engine/base/"}},
        {"engine/io/", {"engine/base/", "engine/io/"}},
        {"engine/wire/", {"engine/base/", "engine/wire/"}},
        {"engine/kernel/", {"engine/base/", "engine/io/", "engine/kernel/"}},
        {"engine/domain/", {"engine/base/", "engine/kernel/", "engine/domain/"}},
        {"engine/services/",
         {"engine/base/",
          "engine/io/",
          "engine/wire/",
          "engine/kernel/",
          "engine/domain/",
          "engine/services/"}},
        {"engine/", {"engine/"}},
        {"adapters/docker/", {"engine/base/", "engine/io/", "engine/wire/", "adapters/docker/"}},
        {"adapters/asio/", {"engine/base/", "engine/io/", "adapters/asio/"}},
        {"adapters/sqlite/", {"engine/base/", "engine/io/", "adapters/sqlite/"}},
        {"adapters/openssl/", {"engine/base/", "engine/io/", "adapters/openssl/"}},
        {"adapters/process/", {"engine/base/", "engine/io/", "adapters/process/"}},
        {"adapters/log/", {"engine/base/", "engine/io/", "adapters/log/"}},
        {"adapters/prometheus/", {"engine/base/", "engine/io/", "adapters/prometheus/"}},
        {"sim/", {"engine/base/", "engine/io/", "sim/"}},
        {"scenarios/", {"engine/", "sim/", "adapters/sqlite/", "scenarios/"}},
    };
    return table;
}

Complaints check_includes(const SourceFile& file) {
    static const std::regex ours(R"re(^#include "([a-z_]+/[^"]+)")re");
    const Room* room = nullptr;
    for (const Room& candidate : rooms()) {
        if (!file.path.starts_with(candidate.prefix)) continue;
        if (room == nullptr || candidate.prefix.size() > room->prefix.size()) room = &candidate;
    }
    if (room == nullptr) return {};
    Complaints complaints;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(file.lines[i], match, ours)) continue;
        if (!starts_with_any(match[1], room->may_include))
            complaints.push_back(at(file, i, "may not include " + match[1].str()));
    }
    return complaints;
}

// Libraries stay behind the walls that DESIGN section 4 and STYLE 5.1 draw for them.
Complaints check_libraries(const SourceFile& file) {
    struct Wall {
        std::regex library;
        std::vector<std::string> allowed;
        bool in_headers;
        std::string name;
    };
    static const std::vector<Wall> walls{
        {std::regex("boost/asio"),
         {"engine/io/", "adapters/asio/", "sim/", "bench/", "tests/"},
         true,
         "Asio"},
        {std::regex("boost/beast"), {"engine/wire/"}, false, "Beast"},
        {std::regex("nlohmann/json.hpp"),
         {"engine/wire/", "adapters/docker/", "sim/", "scenarios/", "tools/", "tests/"},
         false,
         "nlohmann/json"},
        {std::regex("sqlite3.h"), {"adapters/sqlite/", "bench/", "tests/"}, true, "SQLite"},
        {std::regex("openssl/"), {"adapters/openssl/", "tests/"}, true, "OpenSSL"},
        {std::regex("spdlog/"), {"adapters/log/"}, true, "spdlog"},
        {std::regex("prometheus/"), {"adapters/prometheus/"}, true, "prometheus-cpp"},
    };
    Complaints complaints;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string& line = file.lines[i];
        if (!line.starts_with("#include <")) continue;
        for (const Wall& wall : walls) {
            if (!std::regex_search(line, wall.library)) continue;
            const bool is_header = file.path.ends_with(".h");
            if (!starts_with_any(file.path, wall.allowed) || (is_header && !wall.in_headers))
                complaints.push_back(at(file, i, wall.name + " does not belong here"));
        }
    }
    return complaints;
}

// STYLE 5.3: what g++ 12.2 compiles into a double free, and what loses a coroutine.
Complaints check_coroutines(const SourceFile& file) {
    static const std::vector<std::pair<std::regex, std::string>> laws{
        {std::regex(R"(co_await[^;]*[({,]\s*\{\s*\.)"), "co_await with a temporary aggregate"},
        {std::regex(R"(co_return\s+\w*\{[^;]*co_await)"), "co_await inside a braced value"},
        {std::regex(R"(\?\s*co_await)"), "co_await in ?:"},
        {std::regex(R"([^:]:\s*co_await)"), "co_await in ?:"},
        {std::regex(R"(co_spawn\(\s*co_await)"), "co_spawn(co_await ...)"},
        {std::regex(R"(auto&?&?\s*\[[^\]]*\]\s*=\s*co_await)"), "structured binding from co_await"},
    };
    Complaints complaints;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string code = code_of(file.lines[i]);
        if (code.find("co_") == std::string::npos) continue;
        for (const auto& [law, what] : laws) {
            if (std::regex_search(code, law)) complaints.push_back(at(file, i, what));
        }
    }
    return complaints;
}

Complaints check_words(const SourceFile& file) {
    if (!starts_with_any(file.path, {"engine/", "sim/", "scenarios/"})) return {};
    static const std::vector<std::pair<std::regex, std::string>> banned{
        {std::regex(R"(system_clock|steady_clock|high_resolution_clock)"), "io::Clock tells time"},
        {std::regex(R"(\bsleep_for\b|\bsleep_until\(std)"), "io::sleep_until"},
        {std::regex(R"(std::j?thread\b|std::this_thread|thread_local)"), "no threads here"},
        {std::regex(R"(std::(recursive_|shared_)?mutex|std::atomic)"),
         "engine objects are not shared"},
        {std::regex(R"(random_device|mt19937|_distribution\b|std::shuffle|[^_a-z]s?rand\()"),
         "chance comes from playback::Random"},
        {std::regex(R"(\bgetenv\b)"), "settings come from NodeConfig"},
        {std::regex(R"(std::cout|std::cerr|[^a-z_]printf\()"), "io::Log"},
        {std::regex(R"(std::unordered_)"), "std::map, a sorted vector, or base::HashMap"},
        {std::regex(R"(std::(map|set)<[^<,>]*\*)"), "pointers have no order"},
        {std::regex(R"(shared_from_this)"), "ownership is plain here"},
        {std::regex(R"(\bdetached\b)"), "a TaskGroup owns what it spawns"},
        {std::regex(R"([^_a-z]assert\()"), "CHECK is always on"},
        {std::regex(R"(using namespace)"), "name what is used"},
        {std::regex(R"(catch \(\.\.\.\))"), "nobody swallows what he does not know"},
        {std::regex(R"(\b(float|double)\b)"), "integers decide"},
    };
    Complaints complaints;
    // It plants the defect that tools/determinism must find; only builds with planted bugs have it.
    if (file.path == "engine/base/plant.cpp") return {};
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string code = code_of(file.lines[i]);
        for (const auto& [word, instead] : banned) {
            if (std::regex_search(code, word)) complaints.push_back(at(file, i, instead));
        }
    }
    return complaints;
}

Complaints check_left_behind(const SourceFile& file) {
    static const std::regex left(R"(\b(TO)DO\b|\bFIX(ME)\b|\bXX(X)\b)");
    Complaints complaints;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (std::regex_search(file.lines[i], left))
            complaints.push_back(at(file, i, "left behind"));
    }
    return complaints;
}

// --- the tree ---

fs::path root() {
    return PLAYBACK_SOURCE_DIR;
}

std::vector<SourceFile> read_tree() {
    std::vector<SourceFile> files;
    for (const char* room : {"engine", "adapters", "sim", "scenarios", "tools", "tests", "bench"}) {
        if (!fs::exists(root() / room)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root() / room)) {
            const std::string extension = entry.path().extension();
            if (extension != ".h" && extension != ".cpp") continue;
            SourceFile file{fs::relative(entry.path(), root()).string(), {}};
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);) file.lines.push_back(line);
            files.push_back(std::move(file));
        }
    }
    std::sort(
        files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

const std::vector<SourceFile>& tree() {
    static const std::vector<SourceFile> files = read_tree();
    return files;
}

void expect_none(Complaints (*rule)(const SourceFile&)) {
    for (const SourceFile& file : tree()) {
        for (const std::string& complaint : rule(file)) ADD_FAILURE() << complaint;
    }
}

TEST(Tidy, TreeIsThere) {
    EXPECT_GT(tree().size(), 100U);
}
TEST(Tidy, FilesAndLinesAreShort) {
    expect_none(check_shape);
}
TEST(Tidy, FunctionsAreShort) {
    expect_none(check_function_length);
}
TEST(Tidy, HeadersSayWhatTheyAre) {
    expect_none(check_header);
}
TEST(Tidy, IncludesPointOneWay) {
    expect_none(check_includes);
}
TEST(Tidy, LibrariesStayBehindTheirWalls) {
    expect_none(check_libraries);
}
TEST(Tidy, CoroutinesObeyTheLaw) {
    expect_none(check_coroutines);
}
TEST(Tidy, BannedWordsAreAbsent) {
    expect_none(check_words);
}
TEST(Tidy, NothingIsLeftBehind) {
    expect_none(check_left_behind);
}

TEST(Tidy, EngineSourcesHaveTestsOfTheirName) {
    std::set<std::string> tests;
    for (const SourceFile& file : tree()) {
        if (file.path.starts_with("tests/")) tests.insert(fs::path(file.path).filename());
    }
    for (const SourceFile& file : tree()) {
        if (!file.path.starts_with("engine/") || !file.path.ends_with(".cpp")) continue;
        const std::string name = fs::path(file.path).stem().string() + "_test.cpp";
        EXPECT_TRUE(tests.contains(name)) << file.path << " has no " << name;
    }
}

// --- the rules themselves ---

SourceFile file_of(const std::string& path, const std::string& text) {
    SourceFile file{path, {}};
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    return file;
}

TEST(TidyRules, ComplainAboutWhatTheyShould) {
    EXPECT_FALSE(check_words(file_of("engine/a.cpp", "std::mutex m;")).empty());
    EXPECT_TRUE(check_words(file_of("engine/a.cpp", "// std::mutex m;")).empty());
    EXPECT_TRUE(check_words(file_of("adapters/a.cpp", "std::mutex m;")).empty());
    EXPECT_FALSE(
        check_includes(file_of("engine/domain/a.h", "#include \"engine/io/io.h\"")).empty());
    EXPECT_FALSE(check_includes(file_of("sim/a.h", "#include \"adapters/asio/a.h\"")).empty());
    EXPECT_TRUE(check_includes(file_of("scenarios/a.h", "#include \"sim/a.h\"")).empty());
    EXPECT_FALSE(
        check_libraries(file_of("engine/api/a.h", "#include <nlohmann/json.hpp>")).empty());
    EXPECT_FALSE(check_coroutines(file_of("a.cpp", "co_await f({.name = n});")).empty());
    EXPECT_FALSE(check_coroutines(file_of("a.cpp", "x = c ? co_await a() : b;")).empty());
    EXPECT_TRUE(check_coroutines(file_of("a.cpp", "const int x = co_await a();")).empty());
    EXPECT_FALSE(check_header(file_of("a.h", "#pragma once")).empty());
    EXPECT_FALSE(check_shape(file_of("a.h", std::string(101, 'x'))).empty());
    std::string longest = "void f() {\n";
    for (int i = 0; i < 80; ++i) longest += "    g();\n";
    EXPECT_FALSE(check_function_length(file_of("a.cpp", longest + "}\n")).empty());
}

}  // namespace
}  // namespace playback::tidy
