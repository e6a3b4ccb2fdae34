// DiskFaultHandler: applies the faults of the group "disk" to one disk.
//
//     faults.set_handler("disk", [&](const PlanFault& fault, bool begins) {
//         return disk_faults.apply(fault, begins);
//     });
#pragma once

#include <string>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "sim/disk.h"
#include "sim/faults/fault_set.h"

namespace playback::sim {

class DiskFaultHandler {
public:
    // Answers to faults whose target is `name`.
    DiskFaultHandler(Disk& disk, std::string name) : disk_(disk), name_(std::move(name)) {}

    // False if the fault means another disk, or nothing to it now.
    bool apply(const PlanFault& fault, bool begins);

private:
    void refresh();
    [[nodiscard]] std::uint64_t used() const;

    Disk& disk_;
    std::string name_;
    FaultSet in_force_;
    std::uint64_t used_when_full_ = 0;
};

}  // namespace playback::sim
