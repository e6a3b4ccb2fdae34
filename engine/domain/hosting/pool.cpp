#include "engine/domain/hosting/pool.h"

#include <algorithm>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::hosting {
namespace {

constexpr std::string_view place_timer = "place";
constexpr std::size_t reason_bytes_max = 512;

kernel::RowKey container_key(RuntimeId runtime) {
    return kernel::RowKey(row_types::container).add(runtime);
}

}  // namespace

// --- runtimes ---

void Pool::apply(const WantContainer& want, kernel::Moment&, kernel::Effects& effects) {
    const RuntimeId runtime = want.wish.runtime;
    if (containers_.contains(runtime)) return;
    ContainerRow& row = containers_[runtime];
    row.wish = want.wish;
    waiting_.insert(runtime);
    if (!place(row, effects)) {
        put_container(row, effects);
        effects.send(address_of(runtime), mailbox::ContainerWaits{true});
    }
}

void Pool::apply(const UnwantContainer& unwant, kernel::Moment&, kernel::Effects& effects) {
    const auto it = containers_.find(unwant.runtime);
    if (it == containers_.end() || it->second.stage == ContainerStage::removing) return;
    ContainerRow& row = it->second;
    if (row.stage == ContainerStage::waiting) {
        forget(unwant.runtime, effects);
        return;
    }
    move(row, ContainerStage::removing, row.host);
    put_container(row, effects);
    effects.changed();
}

// --- the node and the shell ---

Result<PoolDetails> Pool::apply(const EnsureHosts& command,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    std::set<std::string> addresses;
    for (const HostConfig& config : command.hosts)
        if (config.address.empty() || !addresses.insert(config.address).second)
            return Error{Errc::invalid_argument, "host address: empty, or named twice"};
    std::size_t others = 0;  // that stay besides
    for (const auto& [id, host] : hosts_) {
        const bool stays = host.containers > 0 || host.row.origin == HostOrigin::request;
        if (stays && !addresses.contains(host.row.config.address)) ++others;
    }
    if (addresses.size() + others > hosts_max)
        return Error{Errc::full, "hosts: at most " + std::to_string(hosts_max)};
    adopt_hosts(command, moment, effects);
    place_all(moment, effects);
    return details();
}

void Pool::adopt_hosts(const EnsureHosts& command,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    std::map<std::string, HostConfig> named;
    for (const HostConfig& config : command.hosts) named[config.address] = config;
    for (auto it = hosts_.begin(); it != hosts_.end();) {
        Host& host = it->second;
        const auto config = named.find(host.row.config.address);
        const HostRow before = host.row;
        if (config != named.end()) {
            host.row.config = config->second;
            host.row.origin = HostOrigin::configuration;
            if (host.row.status != HostStatus::draining || PLAYBACK_PLANT(drain_ends_at_restart))
                host.row.status = HostStatus::open;
            named.erase(config);
        } else if (host.row.origin == HostOrigin::request ||
                   host.row.status == HostStatus::leaving) {
            ++it;
            continue;
        } else if (host.containers > 0) {
            host.row.status = HostStatus::closed;
        } else {
            erase_host((it++)->first, effects);
            continue;
        }
        if (before.config != host.row.config || before.status != host.row.status ||
            before.origin != host.row.origin) {
            put_host(it->first, effects);
            effects.changed();
        }
        ++it;
    }
    for (const HostConfig& config : command.hosts) {
        if (!named.contains(config.address)) continue;
        const auto id = moment.next<HostId>();
        hosts_[id].row.config = config;
        put_host(id, effects);
        effects.changed();
    }
}

Result<PoolDetails> Pool::apply(const GetPool&, kernel::Moment&, kernel::Effects&) {
    return details();
}

HostDetails Pool::details_of(HostId id) const {
    const Host& host = hosts_.at(id);
    HostDetails details;
    details.host = id;
    details.config = host.row.config;
    details.status = host.row.status;
    details.origin = host.row.origin;
    details.containers = static_cast<std::uint32_t>(host.containers);
    details.cpu = host.cpu;
    details.memory_mb = host.memory;
    return details;
}

PoolDetails Pool::details() const {
    PoolDetails result;
    for (const auto& [id, host] : hosts_) result.hosts.push_back(details_of(id));
    result.waiting = static_cast<std::uint32_t>(waiting_.size());
    return result;
}

Result<HostWishes> Pool::apply(const ListHost& list, kernel::Moment&, kernel::Effects&) {
    if (!hosts_.contains(list.host)) return Error{Errc::not_found, "host"};
    HostWishes wishes;
    const auto it = on_host_.find(list.host);
    if (it == on_host_.end()) return wishes;
    for (const RuntimeId runtime : it->second) {
        const ContainerRow& row = containers_.at(runtime);
        wishes.containers.push_back({row.wish, row.stage, row.attempt});
    }
    return wishes;
}

// A failed start that waits says why it failed; once it could be tried again, what is missing.
WaitingContainer Pool::waiting_of(const ContainerRow& row, Instant now) const {
    const bool lacks_room = row.stage == ContainerStage::waiting && row.retry_at <= now &&
                            !choose_host(hosts_, row.wish, row.failed_host);
    WaitingContainer result;
    result.runtime = row.wish.runtime;
    result.stage = row.stage;
    result.host = row.host;
    result.attempt = row.attempt;
    result.reason = lacks_room ? no_room_reason(hosts_, row.wish) : row.reason;
    result.wish = row.wish;
    return result;
}

Result<WaitingContainer> Pool::apply(const GetContainer& get,
                                     kernel::Moment& moment,
                                     kernel::Effects&) {
    const auto it = containers_.find(get.runtime);
    if (it == containers_.end()) return Error{Errc::not_found, "container"};
    return waiting_of(it->second, moment.now());
}

Result<WaitingContainers> Pool::apply(const ListWaiting& list,
                                      kernel::Moment& moment,
                                      kernel::Effects&) {
    WaitingContainers result;
    for (const RuntimeId runtime : waiting_) {
        if (result.containers.size() >= list.count_max) break;
        result.containers.push_back(waiting_of(containers_.at(runtime), moment.now()));
    }
    return result;
}

// --- placing ---

void Pool::place_all(kernel::Moment& moment, kernel::Effects& effects) {
    scanned_to_ = {};
    next_retry_ = never;
    place_some(moment, effects);
}

void Pool::apply(const PlaceWaiting&, kernel::Moment& moment, kernel::Effects& effects) {
    if (scanned_to_)
        place_some(moment, effects);
    else
        place_all(moment, effects);
}

void Pool::place_some(kernel::Moment& moment, kernel::Effects& effects) {
    std::size_t looked_at = 0;
    auto it = waiting_.upper_bound(scanned_to_);
    for (; it != waiting_.end() && looked_at < scan_max; ++looked_at) {
        ContainerRow& row = containers_.at(*it);
        scanned_to_ = *it;
        ++it;  // placing takes it out of the set
        if (row.retry_at > moment.now()) {
            next_retry_ = std::min(next_retry_, row.retry_at);
            continue;
        }
        if (!any_room() || !place(row, effects)) continue;
        // A first attempt that waited did so for room.
        if (row.attempt == 0)
            effects.send(address_of(row.wish.runtime), mailbox::ContainerWaits{false});
    }
    if (it != waiting_.end()) {
        effects.volatile_timer(place_timer, moment.now(), PlaceWaiting{});
        return;
    }
    scanned_to_ = {};
    if (next_retry_ != never) effects.volatile_timer(place_timer, next_retry_, PlaceWaiting{});
}

bool Pool::any_room() const {
    return std::ranges::any_of(hosts_, [](const auto& entry) {
        const Host& host = entry.second;
        return host.row.status == HostStatus::open &&
               host.containers < host.row.config.max_containers;
    });
}

bool Pool::place(ContainerRow& row, kernel::Effects& effects) {
    const std::optional<HostId> host = choose_host(hosts_, row.wish, row.failed_host);
    if (!host) return false;
    move(row, ContainerStage::placed, *host);
    if (row.attempt == 0) row.reason.clear();  // else it says why the last start failed
    put_container(row, effects);
    effects.changed();
    return true;
}

// Between the stages, with what each of them holds.
void Pool::move(ContainerRow& row, ContainerStage stage, HostId host) {
    const RuntimeId runtime = row.wish.runtime;
    if (row.host != host) {
        if (row.host) {
            hosts_.at(row.host).release(row.wish);
            on_host_.at(row.host).erase(runtime);
        }
        if (host) {
            hosts_.at(host).take(row.wish);
            on_host_[host].insert(runtime);
        }
        row.host = host;
    }
    row.stage = stage;
    if (stage == ContainerStage::waiting)
        waiting_.insert(runtime);
    else
        waiting_.erase(runtime);
}

void Pool::forget(RuntimeId runtime, kernel::Effects& effects) {
    ContainerRow& row = containers_.at(runtime);
    move(row, ContainerStage::waiting, {});
    waiting_.erase(runtime);
    containers_.erase(runtime);
    effects.erase(container_key(runtime));
}

// --- the supervisor ---

ContainerRow* Pool::reported(HostId host, RuntimeId runtime, std::uint32_t attempt) {
    const auto it = containers_.find(runtime);
    if (it == containers_.end()) return nullptr;
    ContainerRow& row = it->second;
    const bool is_there =
        row.stage == ContainerStage::placed || row.stage == ContainerStage::running;
    return is_there && row.host == host && row.attempt == attempt ? &row : nullptr;
}

Result<Noted> Pool::apply(const ReportStarted& report, kernel::Moment&, kernel::Effects& effects) {
    ContainerRow* row = reported(report.host, report.runtime, report.attempt);
    if (row == nullptr) return Noted{false};
    if (row->stage == ContainerStage::running) return Noted{true};
    move(*row, ContainerStage::running, row->host);
    row->reason.clear();
    put_container(*row, effects);
    effects.changed();
    effects.send(address_of(report.runtime), mailbox::ContainerStarted{});
    return Noted{true};
}

Result<Noted> Pool::apply(const ReportFailed& report,
                          kernel::Moment& moment,
                          kernel::Effects& effects) {
    ContainerRow* row = reported(report.host, report.runtime, report.attempt);
    if (row == nullptr || row->stage != ContainerStage::placed) return Noted{false};
    row->failed_host = row->host;
    move(*row, ContainerStage::waiting, {});
    ++row->attempt;
    row->retry_at = moment.now() + retry_delay(settings_, row->attempt, moment.random());
    row->reason = report.reason.substr(0, reason_bytes_max);
    put_container(*row, effects);
    effects.changed();
    place_all(moment, effects);
    return Noted{true};
}

Result<Noted> Pool::apply(const ReportExited& report, kernel::Moment&, kernel::Effects& effects) {
    ContainerRow* row = reported(report.host, report.runtime, report.attempt);
    if (row == nullptr) return Noted{false};
    lose(*row, report.reason.substr(0, reason_bytes_max), effects);
    return Noted{true};
}

Result<Noted> Pool::apply(const ReportRemoved& report,
                          kernel::Moment& moment,
                          kernel::Effects& effects) {
    const auto it = containers_.find(report.runtime);
    if (it == containers_.end() || it->second.host != report.host ||
        it->second.stage != ContainerStage::removing)
        return Noted{false};
    forget(report.runtime, effects);
    effects.changed();
    forget_if_empty(report.host, effects);
    place_all(moment, effects);
    return Noted{true};
}

// The runtime has lost its container, which is to be removed from where it was.
void Pool::lose(ContainerRow& row, std::string reason, kernel::Effects& effects) {
    move(row, ContainerStage::removing, row.host);
    row.reason = std::move(reason);
    put_container(row, effects);
    effects.changed();
    effects.send(address_of(row.wish.runtime), mailbox::ContainerLost{row.reason});
}

// --- rows ---

Result<void> Pool::load(kernel::RowKeyReader key, std::string_view value) {
    switch (key.type()) {
        case row_types::host:
            return decode_into(hosts_[HostId{key.number()}].row, value);
        case row_types::container: {
            const RuntimeId runtime{key.number()};
            TRY(row, decode<ContainerRow>(value));
            if (row.host && !hosts_.contains(row.host))
                return Error{Errc::corrupt, "a container is on a host that does not exist"};
            const HostId host = std::exchange(row.host, HostId{});
            ContainerRow& kept = containers_[runtime];
            kept = std::move(row);
            move(kept, kept.stage, host);
            return {};
        }
        default:
            return Error{Errc::corrupt, "pool: unknown row type"};
    }
}

void Pool::loaded(kernel::Moment& moment, kernel::Effects& effects) {
    if (!waiting_.empty()) effects.volatile_timer(place_timer, moment.now(), PlaceWaiting{});
    watch_leaving(moment, effects);
}

void Pool::put_container(const ContainerRow& row, kernel::Effects& effects) const {
    effects.put(container_key(row.wish.runtime), row);
}

}  // namespace playback::hosting
