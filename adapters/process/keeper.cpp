#include "adapters/process/keeper.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace playback::adapters::process {
namespace {

constexpr auto memory_watch_period = std::chrono::milliseconds(250);
constexpr std::uint64_t bytes_per_megabyte = 1 << 20;
constexpr std::uint64_t hard_limit_factor = 8;
constexpr std::size_t output_bytes_per_turn = 65'536;
constexpr std::size_t output_bytes_at_end = 1 << 20;  // a pipe holds at most this
constexpr std::int32_t killed_exit_code = 128 + SIGKILL;

bool carries(const std::vector<RecordLabel>& labels,
             const std::string& name,
             const std::string& value) {
    return std::ranges::any_of(labels, [&](const RecordLabel& label) {
        return label.name == name && label.value == value;
    });
}

bool carries_all(const std::vector<RecordLabel>& labels, const io::Labels& wanted) {
    return std::ranges::all_of(
        wanted, [&](const auto& label) { return carries(labels, label.first, label.second); });
}

// Signals stay with the node's own threads.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace

Keeper::Keeper(Records records, std::move_only_function<void()> changed)
    : records_(std::move(records)),
      changed_(std::move(changed)),
      wake_(eventfd(0, EFD_CLOEXEC)),
      empty_(eventfd(0, EFD_CLOEXEC)) {
    CHECK(wake_ && empty_);
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { loop(); });
}

Keeper::~Keeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    eventfd_write(wake_.get(), 1);
    thread_.join();
}

void Keeper::run(Work work) {
    {
        const std::lock_guard lock(mutex_);
        work_.push_back(std::move(work));
    }
    eventfd_write(wake_.get(), 1);
}

void Keeper::loop() {
    adopt();
    while (take_work()) watch();
    for (auto& [name, entry] : entries_) {
        if (!entry.exit) continue;
        signal_group(entry.record.pid, SIGKILL);
        if (entry.ours) finish(entry);
    }
}

// What an earlier node left: dead with it as a rule, alive if it shed its parent's signal.
void Keeper::adopt() {
    const std::string boot = boot_id();
    for (ContainerRecord& record : records_.load()) {
        Entry entry;
        entry.record = std::move(record);
        ContainerRecord& kept = entry.record;
        if (!kept.exited && kept.boot == boot) {
            if (std::optional<Descriptor> process = open_process(kept.process()))
                entry.exit = std::move(*process);
        }
        if (!kept.exited && !entry.exit) {
            kept.exited = true;
            kept.exit_code = killed_exit_code;
            kept.reason = "ended with its node";
        }
        std::string name = kept.name;
        entries_.emplace(std::move(name), std::move(entry));
    }
}

bool Keeper::take_work() {
    std::vector<Work> work;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return false;
        work.swap(work_);
    }
    for (Work& piece : work) piece(*this);
    return true;
}

int Keeper::poll_timeout() const {
    if (has_left_) return -1;  // nothing is enforced any more
    std::optional<Clock::duration> wait;
    const Clock::time_point now = Clock::now();
    for (const auto& [name, entry] : entries_) {
        if (!entry.exit) continue;
        Clock::duration next = std::max(look_at_ - now, {});
        if (entry.kill_at) next = std::min(next, std::max(*entry.kill_at - now, {}));
        wait = std::min(wait.value_or(next), next);
    }
    if (!wait) return -1;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*wait).count());
}

// One turn: sleeps until something happens to a process, its output, its time or our work.
void Keeper::watch() {
    std::vector<pollfd> watched{{wake_.get(), POLLIN, 0}};
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) {
        if (!entry.exit) continue;
        names.push_back(name);
        watched.push_back({entry.exit.get(), POLLIN, 0});
        watched.push_back({entry.output.get(), POLLIN, 0});  // none is -1, which poll skips
    }
    poll(watched.data(), watched.size(), poll_timeout());

    if (watched[0].revents != 0) {
        eventfd_t count = 0;
        eventfd_read(wake_.get(), &count);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        Entry& entry = entries_.at(names[i]);
        if (watched[2 * i + 2].revents != 0) read_output(entry, output_bytes_per_turn);
        if (watched[2 * i + 1].revents == 0) continue;
        finish(entry);
        if (!entry.removed.empty()) drop(names[i]);
    }
    if (has_left_) return tell_if_empty();
    enforce(Clock::now());
}

void Keeper::read_output(Entry& entry, std::size_t bytes_max) {
    std::array<char, 16'384> buffer;
    std::size_t taken = 0;
    while (taken < bytes_max && entry.output) {
        const ssize_t size = read(entry.output.get(), buffer.data(), buffer.size());
        if (size == 0) entry.output.reset();  // it closed its output; it may live on
        if (size <= 0) return;
        entry.log.append({buffer.data(), static_cast<std::size_t>(size)});
        taken += static_cast<std::size_t>(size);
    }
}

void Keeper::finish(Entry& entry) {
    ContainerRecord& record = entry.record;
    Ending ending{killed_exit_code, "ended after the node that started it"};
    if (entry.ours) ending = bury_child(record.pid);
    read_output(entry, output_bytes_at_end);
    entry.output.reset();
    entry.exit.reset();
    record.exited = true;
    record.exit_code = ending.exit_code;
    record.reason = entry.too_big ? "out of memory" : ending.reason;
    // If it cannot be written, the next node finds the process gone all the same.
    if (!has_left_) {
        const Result<void> saved = records_.save(record);
        static_cast<void>(saved);
    }
    changed_();
}

// Ends what has used up its grace or its memory.
void Keeper::enforce(Clock::time_point now) {
    const bool look = now >= look_at_;
    if (look) look_at_ = now + memory_watch_period;
    for (auto& [name, entry] : entries_) {
        if (!entry.exit) continue;
        const std::uint64_t limit = entry.record.memory_limit * bytes_per_megabyte;
        const bool too_big = look && limit > 0 && resident_bytes(entry.record.pid) > limit;
        const bool too_late = entry.kill_at && *entry.kill_at <= now;
        if (!too_big && !too_late) continue;
        entry.too_big = entry.too_big || too_big;
        entry.kill_at.reset();
        signal_group(entry.record.pid, SIGKILL);
    }
}

void Keeper::start(Plan plan, Done done) {
    const auto found = entries_.find(plan.spec.name);
    if (found == entries_.end()) {
        done(launch(plan));
        return;
    }
    Entry& entry = found->second;
    const bool running = entry.exit && entry.removed.empty();
    if (running && carries_all(entry.record.labels, plan.spec.labels)) {
        done({});
        return;
    }
    auto again = [this, next = std::move(plan), answer = std::move(done)]() mutable {
        start(std::move(next), std::move(answer));
    };
    begin_removal(entry, {}, std::move(again));
}

Result<void> Keeper::launch(const Plan& plan) {
    const io::ContainerSpec& spec = plan.spec;
    ChildPlan child_plan{plan.path, spec.environment, 0};
    // What is reserved is more than what is resident, so the hard limit is wider than the watched
    // one: it only stops who outruns the watch.
    if (plan.hard_memory_limit)
        child_plan.data_bytes_max = hard_limit_factor * spec.memory_limit * bytes_per_megabyte;

    records_.erase(spec.name);
    TRY(child, spawn_child(child_plan));
    Entry entry;
    entry.record.name = spec.name;
    entry.record.labels = record_labels(spec.labels);
    entry.record.pid = child.id.pid;
    entry.record.started = child.id.started;
    entry.record.boot = boot_id();
    entry.record.memory_limit = spec.memory_limit;
    // If the node dies before this line, the child dies with it: no record, no leftover.
    if (Result<void> saved = records_.save(entry.record); !saved) {
        signal_group(child.id.pid, SIGKILL);
        bury_child(child.id.pid);
        return saved;
    }
    entry.ours = true;
    entry.exit = std::move(child.exit);
    entry.output = std::move(child.output);
    entry.log = LogFile(records_.log_path(spec.name));
    entries_.emplace(spec.name, std::move(entry));
    changed_();
    return {};
}

void Keeper::remove(const std::string& name, Duration grace, Done done) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        done({});
        return;
    }
    auto removed = [answer = std::move(done)]() mutable { answer({}); };
    begin_removal(found->second, grace, std::move(removed));
}

void Keeper::begin_removal(Entry& entry, Duration grace, Removed removed) {
    const bool first = entry.removed.empty();
    entry.removed.push_back(std::move(removed));
    if (!entry.exit) {
        drop(std::string(entry.record.name));
        return;
    }
    const Clock::time_point kill_at = Clock::now() + std::chrono::nanoseconds(grace.ns);
    if (grace <= Duration{}) {
        signal_group(entry.record.pid, SIGKILL);
    } else if (first) {
        signal_group(entry.record.pid, SIGTERM);
        entry.kill_at = kill_at;
    } else if (entry.kill_at) {
        entry.kill_at = std::min(*entry.kill_at, kill_at);
    }
}

void Keeper::drop(const std::string& name) {
    const auto found = entries_.find(name);
    CHECK(found != entries_.end() && !found->second.exit);
    std::vector<Removed> removed = std::move(found->second.removed);
    entries_.erase(found);
    records_.erase(name);
    changed_();
    for (Removed& waiting : removed) waiting();
}

std::vector<io::ContainerStatus> Keeper::list(const std::string& label,
                                              const std::string& value) const {
    std::vector<io::ContainerStatus> list;
    for (const auto& [name, entry] : entries_) {
        if (carries(entry.record.labels, label, value)) list.push_back(entry.record.status());
    }
    return list;
}

void Keeper::leave() {
    has_left_ = true;
    std::erase_if(entries_, [](const auto& one) { return !one.second.ours; });
    records_.unlock();
    tell_if_empty();
}

Result<void> Keeper::come_back() {
    TRY_VOID(records_.lock());
    has_left_ = false;
    for (const auto& [name, entry] : entries_) TRY_VOID(records_.save(entry.record));
    changed_();
    return {};
}

void Keeper::tell_if_empty() {
    const auto runs = [](const auto& one) { return static_cast<bool>(one.second.exit); };
    if (std::ranges::none_of(entries_, runs)) eventfd_write(empty_.get(), 1);
}

void Keeper::outlive(int lifeline) {
    std::array<pollfd, 2> watched{pollfd{empty_.get(), POLLIN, 0}, pollfd{lifeline, POLLIN, 0}};
    while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) continue;
}

Result<std::string> Keeper::logs(const std::string& name, std::size_t bytes_max) const {
    if (!entries_.contains(name)) return Error{Errc::not_found, "no container " + name};
    return LogFile::tail(records_.log_path(name), bytes_max);
}

}  // namespace playback::adapters::process
