#include "tools/farm/report.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/base/check.h"
#include "tools/report/whole_file.h"

namespace playback::tools {
Result<Outcome> report_on(Farm& farm,
                          const sim::Plan& plan,
                          const std::string& path,
                          const std::string& replay_command,
                          const std::function<bool()>& stop) {
    CHECK(farm.busy() == 0);
    // A worker that is killed leaves this one, and never half of the other.
    const std::string draft = path + ".new";
    if (const Result<void> probed = write_file(draft, ""); !probed) return probed.error();
    const auto fail = [&draft](Errc code, const std::string& detail) {
        std::remove(draft.c_str());
        std::remove((draft + ".part").c_str());
        return Error{code, detail};
    };
    RunRequest request{.plan = plan, .report = draft, .replay_command = replay_command};
    if (const Result<void> given = farm.submit(std::move(request)); !given)
        return fail(given.error().code, given.error().detail);
    const std::optional<Outcome> outcome = wait_for(farm, stop);
    if (!outcome) return fail(Errc::closed, "interrupted");
    if (outcome->is_refusal())
        return fail(Errc::io_failed, "the worker cannot play: " + outcome->message);
    if (outcome->fingerprint.starts_with("crash/") || outcome->fingerprint == "budget/worker")
        return fail(Errc::io_failed, outcome->fingerprint + ": " + outcome->message);
    if (!outcome->report_error.empty()) return fail(Errc::io_failed, outcome->report_error);
    std::error_code error;
    if (std::filesystem::file_size(draft, error) == 0 || error)
        return fail(Errc::unsupported, "the worker wrote no report: is it of another version?");
    if (std::rename(draft.c_str(), path.c_str()) != 0)
        return fail(Errc::io_failed,
                    "cannot write " + path + ": " + std::generic_category().message(errno));
    return *outcome;
}

}  // namespace playback::tools
