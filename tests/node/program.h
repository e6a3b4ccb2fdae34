// Program: the shipped program as a child of the test, and a directory for its data.
//
// Nothing is left behind: a child that still runs is killed with its whole process group.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace playback::testing {

class Program {
public:
    using Milliseconds = std::chrono::milliseconds;
    using Variables = std::vector<std::pair<std::string, std::string>>;

    // Runs `playback` with `arguments`; `variables` come on top of the test's environment.
    explicit Program(std::vector<std::string> arguments, const Variables& variables = {});
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

    void signal(int number) const;
    // From now on it gets no address space beyond what it has. False if that cannot be.
    [[nodiscard]] bool starve() const;
    // The exit code (128 + the signal if one ended it); none if it still runs after `patience`.
    std::optional<int> wait(Milliseconds patience = std::chrono::seconds(30));
    // Waits until standard output has a line with `word`; false if it ended or took too long.
    bool says(std::string_view word, Milliseconds patience = std::chrono::seconds(60));
    // The same for either stream.
    bool tells(std::string_view word, Milliseconds patience = std::chrono::seconds(60));

    [[nodiscard]] const std::string& out() const { return out_; }
    [[nodiscard]] const std::string& err() const { return err_; }
    // The last line of standard output as JSON; discarded if it is none.
    [[nodiscard]] nlohmann::json json() const;

private:
    void read(Milliseconds at_most);
    bool look();

    pid_t pid_ = 0;
    int out_end_ = -1;
    int err_end_ = -1;
    std::string out_;
    std::string err_;
    std::optional<int> code_;
};

// Runs it to its end.
struct Ended {
    int code = -1;
    std::string out;
    std::string err;
    [[nodiscard]] nlohmann::json json() const;  // the last line of `out`
};
Ended run_program(std::vector<std::string> arguments, const Program::Variables& variables = {});

// A directory that goes with the test; what is mounted at it goes too.
class Directory {
public:
    Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory();

    [[nodiscard]] const std::string& path() const { return path_; }
    // A file system of its own in memory. Says what went wrong; needs root.
    [[nodiscard]] std::string mount(std::string_view options);

private:
    std::string path_;
    bool is_mounted_ = false;
};

std::string read_file(const std::string& path);

// POST or GET to a node of this machine: the status (0: no answer) and the body.
struct Answered {
    int status = 0;
    std::string body;
    [[nodiscard]] nlohmann::json json() const;
};
Answered post(const std::string& address,
              const std::string& path,
              const nlohmann::json& body,
              const std::string& token = {});
Answered get(const std::string& address, const std::string& path);

}  // namespace playback::testing
