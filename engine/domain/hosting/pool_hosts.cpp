// Hosts that come, drain and go while the node runs.
#include <algorithm>

#include "engine/domain/hosting/pool.h"

namespace playback::hosting {
namespace {

constexpr std::string_view leave_timer = "leave";
// How long a host that was removed with its containers is given to end them.
constexpr Duration leaving_max = seconds(60);

kernel::RowKey host_key(HostId host) {
    return kernel::RowKey(row_types::host).add(host);
}

}  // namespace

HostId Pool::host_at(std::string_view address) const {
    for (const auto& [id, host] : hosts_)
        if (host.row.config.address == address) return id;
    return {};
}

Result<HostDetails> Pool::apply(const AddHost& add,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    if (add.config.address.empty()) return Error{Errc::invalid_argument, "host address: empty"};
    HostId id = host_at(add.config.address);
    const bool is_going = id && (hosts_.at(id).row.status == HostStatus::leaving ||
                                 hosts_.at(id).row.status == HostStatus::closed);
    if (id && !is_going) return Error{Errc::already_exists, "host address"};
    if (!id && hosts_.size() >= hosts_max)
        return Error{Errc::full, "hosts: at most " + std::to_string(hosts_max)};
    if (!id) id = moment.next<HostId>();
    HostRow& row = hosts_[id].row;
    row.config = add.config;
    row.origin = HostOrigin::request;
    set_status(id, HostStatus::open, effects);
    place_all(moment, effects);
    return details_of(id);
}

void Pool::set_status(HostId host, HostStatus status, kernel::Effects& effects) {
    hosts_.at(host).row.status = status;
    put_host(host, effects);
    effects.changed();
}

Result<HostDetails> Pool::apply(const DrainHost& drain, kernel::Moment&, kernel::Effects& effects) {
    const auto it = hosts_.find(drain.host);
    if (it == hosts_.end()) return Error{Errc::not_found, "host"};
    if (it->second.row.status == HostStatus::leaving)
        return Error{Errc::conflict, "the host is being removed"};
    if (it->second.row.status == HostStatus::open)
        set_status(drain.host, HostStatus::draining, effects);
    return details_of(drain.host);
}

Result<HostDetails> Pool::apply(const ResumeHost& resume,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    const auto it = hosts_.find(resume.host);
    if (it == hosts_.end()) return Error{Errc::not_found, "host"};
    const HostStatus status = it->second.row.status;
    if (status == HostStatus::leaving) return Error{Errc::conflict, "the host is being removed"};
    if (status == HostStatus::closed)
        return Error{Errc::conflict, "the host is not of the configuration any more"};
    if (status == HostStatus::draining) {
        set_status(resume.host, HostStatus::open, effects);
        place_all(moment, effects);
    }
    return details_of(resume.host);
}

Result<HostRemoved> Pool::apply(const RemoveHost& remove,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    const auto it = hosts_.find(remove.host);
    if (it == hosts_.end()) return Error{Errc::not_found, "host"};
    HostRemoved result;
    if (it->second.containers == 0) {
        erase_host(remove.host, effects);
        return result;
    }
    if (!remove.force)
        return Error{Errc::conflict,
                     "the host has " + std::to_string(it->second.containers) +
                         " containers: drain it and wait, or remove it with force"};
    if (it->second.row.status == HostStatus::leaving) return result;
    it->second.row.leaves_by = moment.now() + leaving_max;
    set_status(remove.host, HostStatus::leaving, effects);
    const std::set<RuntimeId> there = on_host_[remove.host];
    for (const RuntimeId runtime : there) {
        ContainerRow& row = containers_.at(runtime);
        if (row.stage == ContainerStage::removing) continue;
        lose(row, "its host was removed", effects);
        ++result.lost;
    }
    watch_leaving(moment, effects);
    return result;
}

// What a host has that does not answer is not waited for longer.
void Pool::apply(const ForgetHosts&, kernel::Moment& moment, kernel::Effects& effects) {
    for (auto it = hosts_.begin(); it != hosts_.end();) {
        const HostId id = it->first;
        const HostRow& row = it->second.row;
        ++it;  // it may be erased
        if (row.status != HostStatus::leaving || row.leaves_by > moment.now()) continue;
        const std::set<RuntimeId> there = on_host_[id];
        for (const RuntimeId runtime : there) forget(runtime, effects);
        erase_host(id, effects);
    }
    watch_leaving(moment, effects);
}

void Pool::watch_leaving(kernel::Moment& moment, kernel::Effects& effects) const {
    Instant next = never;
    for (const auto& [id, host] : hosts_)
        if (host.row.status == HostStatus::leaving) next = std::min(next, host.row.leaves_by);
    if (next == never) return;
    effects.volatile_timer(leave_timer, std::max(next, moment.now()), ForgetHosts{});
}

void Pool::forget_if_empty(HostId id, kernel::Effects& effects) {
    const Host& host = hosts_.at(id);
    const bool goes =
        host.row.status == HostStatus::leaving || host.row.status == HostStatus::closed;
    if (goes && host.containers == 0) erase_host(id, effects);
}

void Pool::erase_host(HostId host, kernel::Effects& effects) {
    effects.erase(host_key(host));
    effects.changed();
    on_host_.erase(host);
    hosts_.erase(host);
}

void Pool::put_host(HostId host, kernel::Effects& effects) const {
    effects.put(host_key(host), hosts_.at(host).row);
}

}  // namespace playback::hosting
