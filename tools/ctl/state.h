// State: what `playback ctl` remembers between commands, an append-only log of JSON objects, one
// per line, in which the latest entry wins.
//
//     {"type":"installation","name":"prod","address":"http://...","registry":"..."}   and use it
//     {"type":"token","installation":"prod","role":"support","user":"support","token":"..."}
//     {"type":"result","installation":"prod","command":"...","values":{"tenant_id":"..."}}
//
// It holds tokens and passwords, so its mode is 0600, and a file that others may read is closed to
// them. A line is written whole under a lock, so commands that run at once do not mix; a line that
// a crash or a full disk cut short is skipped. Not for long logs: every command reads all of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace playback::ctl {

class State {
public:
    explicit State(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }

    // All entries, the oldest first; none if there is no file. Fails with denied or io_failed.
    [[nodiscard]] Result<std::vector<nlohmann::json>> read() const;

    // Can entries be appended? Makes the file if need be. Asked before a call whose answer must
    // not be lost. Fails as append.
    [[nodiscard]] Result<void> prepare() const;

    // Durable when it returns. Fails with denied, full or io_failed.
    [[nodiscard]] Result<void> append(const nlohmann::json& entry) const;

    // Empties it. Fails as append.
    [[nodiscard]] Result<void> purge() const;

private:
    std::string path_;
};

// Where it is: `asked` if it says so, else PLAYBACK_CTL_STATE, else ~/.playbackctl. Fails with
// invalid_argument if there is no home directory.
Result<std::string> state_path(const std::string& asked);

}  // namespace playback::ctl
