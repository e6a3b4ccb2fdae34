// HuntFiles: what a hunt leaves in its directory. For each failure NAME:
//
//   NAME.plan.json          the shrunk plan with its verdict
//   NAME.original.plan.json the plan as it was drawn
//   NAME.txt                what happened, step by step, and the command that replays it
//   NAME.html               the same to look at, written by the command (tools/report)
//   regressions/NAME.json   without a verdict: for scenarios/regressions once the bug is mended
//   NAME.met-1.plan.json    other findings that shrinking came across
//
// Also says a step of a plan in words, and writes JUnit XML.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "tools/farm/hunt.h"

namespace playback::tools {

class HuntFiles {
public:
    explicit HuntFiles(std::string directory) : directory_(std::move(directory)) {}

    // Makes the directory if it is not there. Fails with io_failed if nothing can be written in it.
    Result<void> prepare() const;

    Result<void> write(const Failure& failure) const;

    // NAME, with the directory before it and `ending` after.
    [[nodiscard]] std::string path_of(const Failure& failure, std::string_view ending) const;

private:
    std::string directory_;
};

// "no-lost-message-client-1a2b": of letters, digits and dashes.
std::string file_name_of(const Failure& failure);

// The whole report, in lines.
std::string report_of(const Failure& failure, std::string_view plan_path);

// One suite a scenario: a case for all its seeds, and one for each way to fail.
std::string junit_of(const Hunt& hunt, const HuntOptions& options);

}  // namespace playback::tools
