// Child: a command of the shell whose standard output is read, and which is gone with its object.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace playback::tools {

// A word of a command, whatever is in it.
std::string in_quotes(std::string_view word);

// What a command writes; empty if it cannot be run.
std::string output_of(const std::string& command);

class Child {
public:
    // Its standard error goes to ours, or nowhere.
    Child(const std::string& command, bool is_loud);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    // The next bytes: their number, 0 at the end.
    std::size_t read(char* to, std::size_t most);
    // Its exit code (128 + the signal if one ended it).
    int wait();
    // Ends it and all that it started.
    void kill();

private:
    pid_t pid_ = -1;
    int end_ = -1;
};

}  // namespace playback::tools
