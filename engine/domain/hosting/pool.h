// Pool: the container hosts of the installation, and which container is to run where
// (omgservers.md 7.1).
//
// The pool holds the wanted state only; the supervisor makes the hosts match it and reports what
// it saw. A wanted container waits for room (in order of its runtime, at most scan_max looked at
// per step), is placed on a host, and runs there. A failed start goes back to waiting, with a delay
// that grows and a readable reason, for ever, and rather to another host. A container that is
// wanted no more keeps its place on the host until the supervisor has seen it removed. Hosts of the
// configuration (EnsureHosts) and hosts that were added by request live side by side: each goes the
// way it came. Why a container waits is worked out when somebody asks.
// Invariants: what is placed never exceeds its host; wanted are exactly the containers of open
// runtimes, once messages have arrived.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/domain/hosting/hosts.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/settings.h"
#include "engine/kernel/machine.h"

namespace playback::hosting {

inline constexpr std::size_t hosts_max = 64;   // EnsureHosts and AddHost are refused above
inline constexpr std::size_t scan_max = 1024;  // waiting containers looked at per step

namespace row_types {
inline constexpr kernel::RowType host = 1;
inline constexpr kernel::RowType container = 2;
}  // namespace row_types

struct ContainerRow {
    ContainerWish wish;
    ContainerStage stage = ContainerStage::waiting;
    HostId host;                // of all stages but waiting
    HostId failed_host;         // where the last start failed
    std::uint32_t attempt = 0;  // starts that failed
    Instant retry_at;           // waiting: not before
    std::string reason;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "wish", self.wish);
        v(2, "stage", self.stage);
        v(3, "host", self.host);
        v(4, "failed_host", self.failed_host);
        v(5, "attempt", self.attempt);
        v(6, "retry_at", self.retry_at);
        v(7, "reason", self.reason);
    }
};

class Pool {
public:
    static constexpr kernel::Kind kind = kinds::pool;
    static constexpr bool load_at_start = true;
    using Inputs = kernel::Inputs<WantContainer,
                                  UnwantContainer,
                                  EnsureHosts,
                                  AddHost,
                                  DrainHost,
                                  ResumeHost,
                                  RemoveHost,
                                  GetPool,
                                  ListHost,
                                  GetContainer,
                                  ListWaiting,
                                  ReportStarted,
                                  ReportFailed,
                                  ReportExited,
                                  ReportRemoved,
                                  ForgetHosts,
                                  PlaceWaiting>;

    Pool(const kernel::Address&, const DomainSettings& settings) : settings_(settings) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    void loaded(kernel::Moment& moment, kernel::Effects& effects);
    [[nodiscard]] bool empty() const { return hosts_.empty() && containers_.empty(); }

    static constexpr std::array measures = {
        kernel::Measure{"playback_containers_wanted", "Containers of open runtimes, or leaving"},
        kernel::Measure{"playback_containers_waiting", "Containers that wait for room on a host"}};
    void measure(kernel::Measured& out) const {
        out[0] = containers_.size();
        out[1] = waiting_.size();
    }

    void apply(const WantContainer&, kernel::Moment&, kernel::Effects&);
    void apply(const UnwantContainer&, kernel::Moment&, kernel::Effects&);
    Result<PoolDetails> apply(const EnsureHosts&, kernel::Moment&, kernel::Effects&);
    Result<HostDetails> apply(const AddHost&, kernel::Moment&, kernel::Effects&);
    Result<HostDetails> apply(const DrainHost&, kernel::Moment&, kernel::Effects&);
    Result<HostDetails> apply(const ResumeHost&, kernel::Moment&, kernel::Effects&);
    Result<HostRemoved> apply(const RemoveHost&, kernel::Moment&, kernel::Effects&);
    Result<PoolDetails> apply(const GetPool&, kernel::Moment&, kernel::Effects&);
    Result<HostWishes> apply(const ListHost&, kernel::Moment&, kernel::Effects&);
    Result<WaitingContainer> apply(const GetContainer&, kernel::Moment&, kernel::Effects&);
    Result<WaitingContainers> apply(const ListWaiting&, kernel::Moment&, kernel::Effects&);
    Result<Noted> apply(const ReportStarted&, kernel::Moment&, kernel::Effects&);
    Result<Noted> apply(const ReportFailed&, kernel::Moment&, kernel::Effects&);
    Result<Noted> apply(const ReportExited&, kernel::Moment&, kernel::Effects&);
    Result<Noted> apply(const ReportRemoved&, kernel::Moment&, kernel::Effects&);
    void apply(const ForgetHosts&, kernel::Moment&, kernel::Effects&);
    void apply(const PlaceWaiting&, kernel::Moment&, kernel::Effects&);

private:
    // The container, if it is on this host in this attempt; else nullptr: the report is stale.
    ContainerRow* reported(HostId host, RuntimeId runtime, std::uint32_t attempt);
    void adopt_hosts(const EnsureHosts& command, kernel::Moment& moment, kernel::Effects& effects);
    void set_status(HostId host, HostStatus status, kernel::Effects& effects);
    void lose(ContainerRow& row, std::string reason, kernel::Effects& effects);
    void watch_leaving(kernel::Moment& moment, kernel::Effects& effects) const;
    void forget_if_empty(HostId host, kernel::Effects& effects);
    void erase_host(HostId host, kernel::Effects& effects);
    void move(ContainerRow& row, ContainerStage stage, HostId host);
    void place_all(kernel::Moment& moment, kernel::Effects& effects);
    void place_some(kernel::Moment& moment, kernel::Effects& effects);
    bool place(ContainerRow& row, kernel::Effects& effects);
    void forget(RuntimeId runtime, kernel::Effects& effects);
    void put_container(const ContainerRow& row, kernel::Effects& effects) const;
    void put_host(HostId host, kernel::Effects& effects) const;
    [[nodiscard]] PoolDetails details() const;
    [[nodiscard]] HostDetails details_of(HostId host) const;
    [[nodiscard]] WaitingContainer waiting_of(const ContainerRow& row, Instant now) const;
    [[nodiscard]] HostId host_at(std::string_view address) const;
    [[nodiscard]] bool any_room() const;

    const DomainSettings& settings_;
    Hosts hosts_;
    std::map<RuntimeId, ContainerRow> containers_;
    std::set<RuntimeId> waiting_;
    std::map<HostId, std::set<RuntimeId>> on_host_;

    // The scan of the waiting, memory only: a reload begins again.
    RuntimeId scanned_to_;
    Instant next_retry_ = never;
};

}  // namespace playback::hosting
