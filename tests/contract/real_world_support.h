// A real loop for contract tests, with a log that keeps quiet, and files that go with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <stdlib.h>

#include "adapters/asio/real_world.h"
#include "engine/io/log.h"

namespace playback::contract {

class SilentLog final : public io::Log {
public:
    void write(io::LogLevel, std::string_view, std::initializer_list<io::LogField>) override {}
};

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "playback-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct RealFixture {
    SilentLog log;
    adapters::RealWorld world{adapters::RealWorldOptions{}, log};
};

}  // namespace playback::contract
