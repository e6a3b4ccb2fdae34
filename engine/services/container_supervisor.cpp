#include "engine/services/container_supervisor.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "engine/base/plant.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/io/clock.h"
#include "engine/io/log.h"
#include "engine/io/metrics.h"
#include "engine/io/security.h"
#include "engine/io/wait.h"
#include "engine/kernel/kernel.h"
#include "engine/services/passwords.h"
#include "engine/services/reconcile.h"
#include "engine/services/registry_tokens.h"

namespace playback::services {
namespace {

constexpr std::size_t steps_at_once_max = 16;  // of one host; the others wait for the next look
constexpr Duration list_patience = seconds(5);
// A pull whose answer was lost must not hold a start up for long, and a slow one must end some
// time: the first pull of an image may take 10 s, and each that took too long doubles it.
constexpr Duration pull_patience_first = seconds(10);
constexpr Duration pull_patience_last = minutes(20);
constexpr Duration start_patience = seconds(15);
constexpr Duration remove_patience = seconds(15);
constexpr Duration stop_grace = seconds(5);
constexpr Duration safety_interval = seconds(60);
// A wait at the host ends that soon only to notice that the node stops.
constexpr Duration host_wait = seconds(2);
constexpr Duration pause_first = milliseconds(250);
constexpr Duration pause_last = seconds(4);

const kernel::Address pool = address_of(default_pool);

}  // namespace

class ContainerSupervisor::HostMinder {
public:
    HostMinder(ContainerSupervisor& owner,
               HostId host,
               std::string address,
               io::ContainerHost& containers)
        : io_(owner.io_),
          kernel_(owner.kernel_),
          options_(owner.options_),
          host_(host),
          address_(std::move(address)),
          containers_(containers),
          wake_(io_.clock),
          listed_(io_.clock),
          started_(io_.metrics.counter("playback_containers_started_total", "Containers started")),
          failed_(io_.metrics.counter("playback_container_starts_failed_total",
                                      "Starts of containers that failed")),
          removed_(io_.metrics.counter("playback_containers_removed_total", "Containers removed")),
          exited_(io_.metrics.counter("playback_containers_exited_total",
                                      "Containers that ended by themselves")),
          up_(io_.metrics.gauge("playback_container_host_up",
                                "1 if the host answered when it was last asked",
                                {{"host", address_}})),
          created_now_(count_of("created")),
          running_now_(count_of("running")),
          exited_now_(count_of("exited")),
          tasks_(io_.executor) {
        tasks_.spawn(mind());
        tasks_.spawn(watch_pool());
        tasks_.spawn(watch_host());
    }

    void start_stopping() {
        is_stopping_ = true;
        wake_.notify_all();
        listed_.notify_all();
        containers_.end_waits();
    }
    io::Task<void> stopped() { return tasks_.join(); }
    // It has nothing to do any more, and does nothing.
    [[nodiscard]] bool is_gone() const { return is_stopping_ && tasks_.size() == 0; }
    [[nodiscard]] bool answers() const { return has_answered_ && is_reachable_; }

private:
    io::Task<void> mind() {
        Duration pause = pause_first;
        while (!is_stopping_) {
            is_dirty_ = false;
            const bool looked = co_await look();
            if (looked) pause = pause_first;
            const Instant now = io_.clock.now();
            const bool is_patient = PLAYBACK_PLANT(daemon_restart_unnoticed);
            if (!looked) {
                co_await wake_.wait(now + (is_patient ? safety_interval : pause));
                pause = std::min(pause * 2, pause_last);
            } else if (!is_dirty_) {
                co_await wake_.wait(now + safety_interval);
            }
        }
    }

    void look_again() {
        is_dirty_ = true;
        wake_.notify_all();
    }

    io::Task<void> watch_pool() {
        kernel::TopicVersion seen = kernel_.version(pool);
        while (!is_stopping_) {
            const Instant until = io_.clock.now() + safety_interval;
            seen = co_await kernel_.watch(pool, seen, until);
            look_again();
        }
    }

    io::Task<void> watch_host() {
        while (!is_stopping_) {
            // Only what is newer than the last list is news; until there is a list, wait for it.
            if (!is_listed_) {
                co_await listed_.wait();
                continue;
            }
            const std::uint64_t seen = seen_;
            const Instant until = io_.clock.now() + host_wait;
            co_await containers_.wait_for_change(seen, until);
            if (io_.clock.now() >= until || is_stopping_) continue;
            is_listed_ = false;
            look_again();
        }
    }

    // One look at both sides, and the steps between them. False if either did not answer.
    io::Task<bool> look() {
        // What is busy now may be done before both sides have answered: then they may not know of
        // it, and the same step must not be taken twice.
        const std::set<RuntimeId> busy_before = busy_;
        hosting::ListHost question{host_};
        auto wanted = co_await kernel_.submit(pool, question);
        if (!wanted && wanted.error().code == Errc::not_found) start_stopping();
        if (!wanted) co_return false;
        const Instant deadline = io_.clock.now() + list_patience;
        auto actual = co_await containers_.list(
            std::string(labels::installation), options_.installation, deadline);
        note_reachable(actual ? std::string() : actual.error().detail);
        if (!actual) co_return false;
        note_containers(actual->containers);
        seen_ = actual->version;
        is_listed_ = true;
        listed_.notify_all();
        const std::set<RuntimeId>& busy = PLAYBACK_PLANT(busy_not_remembered) ? busy_ : busy_before;
        for (Step& step : reconcile(wanted->containers, actual->containers, busy)) {
            if (busy_.size() >= steps_at_once_max || is_stopping_) break;
            busy_.insert(step.runtime);
            tasks_.spawn(take(std::move(step)));
        }
        co_return true;
    }

    io::Gauge& count_of(std::string_view state) {
        return io_.metrics.gauge("playback_containers",
                                 "Containers of this installation, as last listed",
                                 {{"host", address_}, {"state", state}});
    }

    void note_containers(const std::vector<io::ContainerStatus>& containers) {
        using enum io::ContainerState;
        const auto count = [&](io::ContainerState state) {
            return std::ranges::count(containers, state, &io::ContainerStatus::state);
        };
        created_now_.set(count(created));
        running_now_.set(count(running));
        exited_now_.set(count(exited));
    }

    void note_reachable(const std::string& trouble) {
        up_.set(trouble.empty() ? 1 : 0);
        if (trouble.empty()) has_answered_ = true;
        if (trouble.empty() == is_reachable_) return;
        is_reachable_ = trouble.empty();
        if (is_reachable_)
            io_.log.info("container host answers", {{"host", address_}});
        else
            io_.log.warn("container host does not answer", {{"host", address_}, {"why", trouble}});
    }

    io::Task<void> take(Step step) {
        const RuntimeId runtime = step.runtime;
        switch (step.kind) {
            case Step::Kind::start:
                co_await start(step.wanted);
                break;
            case Step::Kind::report_started:
                co_await report_started(step.wanted);
                break;
            case Step::Kind::report_failed:
                co_await report_failed(step.wanted, step.reason);
                break;
            case Step::Kind::report_exited:
                co_await report_exited(step.wanted, step.reason);
                break;
            case Step::Kind::report_removed:
                co_await report_removed(runtime);
                break;
            case Step::Kind::remove:
                co_await remove(step.container);
                break;
        }
        busy_.erase(runtime);
        look_again();
    }

    io::Task<void> start(const hosting::WantedContainer& wanted) {
        std::string password = make_password(io_.entropy);
        io::ContainerSpec spec = spec_of(wanted, password);
        auto hash = co_await io_.passwords.hash(std::move(password));
        if (!hash) {
            co_await report_failed(wanted, "no password: " + hash.error().detail);
            co_return;
        }
        mailbox::SetCredentials credentials{*std::move(hash)};
        const kernel::Address runtime = address_of(wanted.wish.runtime);
        auto set = co_await kernel_.submit(runtime, std::move(credentials));
        if (!set && set.error().code == Errc::conflict) {
            co_await report_exited(wanted, "its container was lost while it started");
            co_return;
        }
        // A runtime that is gone has said so to the pool; of anything else the next look knows
        // more.
        if (!set) co_return;
        Result<void> done = co_await pull(spec.image, wanted.wish.image);
        if (done) {
            const Instant deadline = io_.clock.now() + start_patience;
            done = co_await containers_.start(std::move(spec), deadline);
        }
        if (done)
            co_await report_started(wanted);
        else
            co_await report_failed(wanted, done.error().detail);
    }

    io::Task<Result<void>> pull(std::string image, std::string in_registry) {
        std::string token;
        if (options_.registry_tokens != nullptr) {
            Result<std::string> made =
                co_await options_.registry_tokens->issue_for_pull(std::move(in_registry));
            if (!made) co_return std::move(made).error();
            token = *std::move(made);
        }
        const Duration first =
            PLAYBACK_PLANT(pull_waits_long) ? pull_patience_last : pull_patience_first;
        const Duration patience = pull_patience_.try_emplace(image, first).first->second;
        Result<void> done =
            co_await containers_.pull(image, std::move(token), io_.clock.now() + patience);
        if (done) pull_patience_.erase(image);
        if (!done && done.error().code == Errc::timed_out)
            pull_patience_[image] = std::min(patience * 2, pull_patience_last);
        co_return done;
    }

    io::Task<void> report_started(const hosting::WantedContainer& wanted) {
        started_.add();
        hosting::ReportStarted report{host_, wanted.wish.runtime, wanted.attempt};
        (void)co_await kernel_.submit(pool, report);
    }

    io::Task<void> report_failed(const hosting::WantedContainer& wanted, std::string reason) {
        failed_.add();
        io_.log.warn("container did not start",
                     {{"runtime", wanted.wish.runtime.value}, {"why", reason}});
        hosting::ReportFailed report{host_, wanted.wish.runtime, wanted.attempt, std::move(reason)};
        (void)co_await kernel_.submit(pool, std::move(report));
    }

    io::Task<void> report_exited(const hosting::WantedContainer& wanted, std::string reason) {
        exited_.add();
        io_.log.warn("container has ended",
                     {{"runtime", wanted.wish.runtime.value}, {"why", reason}});
        hosting::ReportExited report{host_, wanted.wish.runtime, wanted.attempt, std::move(reason)};
        (void)co_await kernel_.submit(pool, std::move(report));
    }

    io::Task<void> report_removed(RuntimeId runtime) {
        hosting::ReportRemoved report{host_, runtime};
        (void)co_await kernel_.submit(pool, report);
    }

    io::Task<void> remove(std::string container) {
        const Instant deadline = io_.clock.now() + remove_patience;
        Result<void> gone = co_await containers_.remove(container, stop_grace, deadline);
        if (gone) {
            removed_.add();
            co_return;
        }
        io_.log.warn("container is not removed yet",
                     {{"container", container}, {"why", gone.error().detail}});
        const Duration pause = PLAYBACK_PLANT(removal_not_retried) ? minutes(10) : pause_first;
        co_await io::sleep_until(io_.clock, io_.clock.now() + pause);
    }

    io::ContainerSpec spec_of(const hosting::WantedContainer& wanted, const std::string& password) {
        const hosting::ContainerWish& wish = wanted.wish;
        const bool is_match = wish.qualifier == lobby::RuntimeQualifier::match;
        const std::string qualifier = is_match ? "MATCH" : "LOBBY";
        io::ContainerSpec spec;
        spec.name = container_name(wish);
        spec.image = options_.registry.empty() ? wish.image : options_.registry + "/" + wish.image;
        spec.environment = {{"OMGSERVERS_RUNTIME_ID", std::to_string(wish.runtime.value)},
                            {"OMGSERVERS_PASSWORD", password},
                            {"OMGSERVERS_QUALIFIER", qualifier},
                            {"OMGSERVERS_RUNTIME_QUALIFIER", qualifier},
                            {"OMGSERVERS_SERVICE_URL", options_.runtime_url}};
        // Each start is another: a container that an unanswered start left behind is replaced.
        const std::string this_start = std::to_string(io_.entropy.generator().next());
        spec.labels = {{std::string(labels::tenant), wish.tenant},
                       {std::string(labels::project), wish.project},
                       {std::string(labels::stage), wish.stage},
                       {std::string(labels::version), wish.version},
                       {std::string(labels::qualifier), qualifier},
                       {std::string(labels::installation), options_.installation},
                       {std::string(labels::runtime), std::to_string(wish.runtime.value)},
                       {std::string(labels::attempt), std::to_string(wanted.attempt)},
                       {std::string(labels::start), this_start}};
        std::sort(spec.labels.begin(), spec.labels.end());
        spec.cpu_limit = wish.cpu_limit;
        spec.memory_limit = wish.memory_limit;
        spec.network = options_.network;
        return spec;
    }

    io::Io& io_;
    kernel::Kernel& kernel_;
    const ContainerSupervisorOptions& options_;
    const HostId host_;
    const std::string address_;
    io::ContainerHost& containers_;
    io::Signal wake_;
    io::Signal listed_;
    io::Counter& started_;
    io::Counter& failed_;
    io::Counter& removed_;
    io::Counter& exited_;
    io::Gauge& up_;
    io::Gauge& created_now_;
    io::Gauge& running_now_;
    io::Gauge& exited_now_;
    std::set<RuntimeId> busy_;                       // whose step has not ended
    std::map<std::string, Duration> pull_patience_;  // of images that are not known to be there
    std::uint64_t seen_ = 0;                         // of the host, by the last list
    bool is_listed_ = false;
    bool is_dirty_ = false;
    bool has_answered_ = false;
    bool is_reachable_ = true;
    bool is_stopping_ = false;
    io::TaskGroup tasks_;
};

ContainerSupervisor::ContainerSupervisor(io::Io& io,
                                         kernel::Kernel& kernel,
                                         ContainerSupervisorOptions options)
    : io_(io), kernel_(kernel), options_(std::move(options)), tasks_(io.executor) {
}

ContainerSupervisor::~ContainerSupervisor() = default;

io::Task<Result<void>> ContainerSupervisor::start() {
    const hosting::GetPool question;
    auto details = co_await kernel_.submit(pool, question);
    if (!details) co_return details.error();
    Result<void> adopted = adopt(*details);
    if (!adopted) co_return adopted;
    tasks_.spawn(watch_hosts());
    co_return Result<void>();
}

// Begins to mind what is new. The error is of the last host that cannot be named; the others are
// minded all the same.
Result<void> ContainerSupervisor::adopt(const hosting::PoolDetails& details) {
    Result<void> result;
    for (const hosting::HostDetails& host : details.hosts) {
        if (minders_.contains(host.host)) continue;
        const std::string& address = host.config.address;
        Result<io::ContainerHost*> containers = io_.containers.at(address);
        if (!containers) {
            result = Error{containers.error().code,
                           "container host " + address + ": " + containers.error().detail};
            if (nameless_.insert(host.host).second)
                io_.log.warn("container host cannot be reached", {{"why", result.error().detail}});
            continue;
        }
        minders_[host.host] = std::make_unique<HostMinder>(*this, host.host, address, **containers);
    }
    return result;
}

io::Task<void> ContainerSupervisor::watch_hosts() {
    kernel::TopicVersion seen = kernel_.version(pool);
    while (!is_stopping_) {
        const hosting::GetPool question;
        auto details = co_await kernel_.submit(pool, question);
        if (is_stopping_) co_return;
        if (details) (void)adopt(*details);
        part_with_gone();
        const Instant until = io_.clock.now() + safety_interval;
        seen = co_await kernel_.watch(pool, seen, until);
    }
}

// Whose host the pool does not have any more, and what it was at has ended.
void ContainerSupervisor::part_with_gone() {
    std::erase_if(minders_, [](const auto& entry) { return entry.second->is_gone(); });
}

void ContainerSupervisor::start_stopping() {
    is_stopping_ = true;
    for (const auto& [host, minder] : minders_) minder->start_stopping();
}

io::Task<void> ContainerSupervisor::stopped() {
    co_await tasks_.join();
    for (const auto& [host, minder] : minders_) co_await minder->stopped();
}

bool ContainerSupervisor::any_host_answers() const {
    return minders_.empty() || std::ranges::any_of(minders_, [](const auto& minder) {
               return minder.second->answers();
           });
}

}  // namespace playback::services
