#include "sim/faults/disk_fault_handler.h"

#include "sim/fault_catalogue.h"

namespace playback::sim {

bool DiskFaultHandler::apply(const PlanFault& fault, bool begins) {
    const FaultKind* const kind = find_fault_kind(fault.kind);
    if (kind == nullptr || kind->group != "disk" || fault.target != name_) return false;
    if (fault.kind == "disk_rot") return disk_.rot();
    if (fault.kind == "disk_stall") {
        if (begins) disk_.stall(disk_.now() + fault.duration);
        return true;
    }
    if (fault.kind == "disk_full" && !in_force_.has("disk_full")) used_when_full_ = used();
    if (begins)
        in_force_.add(fault);
    else
        in_force_.remove(fault);
    refresh();
    return true;
}

std::uint64_t DiskFaultHandler::used() const {
    std::uint64_t bytes = 0;
    for (const auto& [name, content] : disk_.image()) bytes += content.size();
    return bytes;
}

void DiskFaultHandler::refresh() {
    const auto ppm = [this](std::string_view kind) {
        return static_cast<std::uint32_t>(in_force_.most(kind, "ppm"));
    };
    DiskFaults now;
    now.read_errors_ppm = ppm("disk_read_errors");
    now.write_errors_ppm = ppm("disk_write_errors");
    now.sync_errors_ppm = ppm("disk_sync_errors");
    now.open_errors_ppm = ppm("disk_open_errors");
    now.misdirected_ppm = ppm("disk_misdirected_write");
    if (in_force_.has("disk_full")) {
        const std::int64_t room = in_force_.least("disk_full", "free_bytes");
        now.capacity = used_when_full_ + static_cast<std::uint64_t>(room);
    }
    now.factor = std::max<std::int64_t>(in_force_.most("disk_slow", "factor", 1), 1);
    now.sync_extra = nanoseconds(in_force_.most("disk_sync_slow", "by_ns"));
    now.read_only = in_force_.has("disk_read_only");
    now.gone = in_force_.has("disk_gone");
    now.syncs_lie = in_force_.has("disk_sync_lies");
    disk_.set_faults(now);
}

}  // namespace playback::sim
