#include "tools/farm/farm.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace playback::tools {

struct Farm::Worker {
    pid_t process = 0;  // 0: none runs
    int talk = -1;      // its standard input and output
    int words = -1;     // its standard error
    std::string to_write;
    std::string answer;
    std::string last_words;
    std::optional<std::uint64_t> run;  // what it plays
    Clock::time_point deadline;
    bool has_hung_up = false;
    bool is_overdue = false;
    bool has_played = false;
};

namespace {

constexpr auto death_patience = std::chrono::milliseconds(200);

void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
}

// Between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, int talk, int words, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE}) std::signal(number, SIG_DFL);
    ::dup2(talk, STDIN_FILENO);
    ::dup2(talk, STDOUT_FILENO);
    ::dup2(words, STDERR_FILENO);
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

// Reads what is there; false at the end.
bool drain(int end, std::string& into, std::size_t most) {
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t size = ::read(end, buffer.data(), buffer.size());
        if (size > 0) {
            into.append(buffer.data(), static_cast<std::size_t>(size));
            if (into.size() > 2 * most) into.erase(0, into.size() - most);
            continue;
        }
        if (size < 0 && errno == EINTR) continue;
        return size < 0 && errno == EAGAIN;
    }
}

std::string name_of_death(int status) {
    if (!WIFSIGNALED(status)) return "exit-" + std::to_string(WEXITSTATUS(status));
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return name == nullptr ? "signal-" + std::to_string(WTERMSIG(status))
                           : "SIG" + std::string(name);
}

Error system_error(const std::string& what) {
    return {Errc::io_failed, what + ": " + std::generic_category().message(errno)};
}

}  // namespace

Farm::Farm(FarmOptions options) : options_(std::move(options)) {
    CHECK(options_.jobs > 0 && options_.jobs <= farm_jobs_max);
    for (std::size_t i = 0; i < options_.jobs; ++i) workers_.push_back(std::make_unique<Worker>());
}

Farm::~Farm() {
    for (const auto& worker : workers_) stop(*worker);
}

std::size_t Farm::idle() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return !worker->run; }));
}

std::vector<pid_t> Farm::processes() const {
    std::vector<pid_t> result;
    for (const auto& worker : workers_) {
        if (worker->process > 0) result.push_back(worker->process);
    }
    return result;
}

Result<void> Farm::start(Worker& worker) {
    std::array<int, 2> talk{};
    std::array<int, 2> words{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk.data()) != 0)
        return system_error("cannot make a socket for a worker");
    if (::pipe2(words.data(), O_CLOEXEC) != 0) {
        for (int& end : talk) close_end(end);
        return system_error("cannot make a pipe for a worker");
    }
    std::vector<char*> arguments{options_.program.data()};
    for (std::string& argument : options_.arguments) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t self = ::getpid();
    const pid_t process = ::fork();
    if (process == 0) become(arguments.data(), talk[1], words[1], self);
    close_end(talk[1]);
    close_end(words[1]);
    if (process < 0) {
        close_end(talk[0]);
        close_end(words[0]);
        return system_error("cannot start a worker");
    }
    for (const int end : {talk[0], words[0]}) ::fcntl(end, F_SETFL, O_NONBLOCK);
    worker = Worker{.process = process, .talk = talk[0], .words = words[0]};
    return {};
}

void Farm::stop(Worker& worker) {
    if (worker.process > 0) {
        ::kill(worker.process, SIGKILL);
        ::waitpid(worker.process, nullptr, 0);
    }
    close_end(worker.talk);
    close_end(worker.words);
    worker = Worker{};
}

Result<void> Farm::submit(std::uint64_t id, const sim::Plan& plan, bool fresh) {
    return give({id, options_.seconds_max, options_.events_max, plan, {}, {}}, fresh);
}

Result<void> Farm::submit(std::uint64_t id, const PlanToDraw& plan) {
    return give({id, options_.seconds_max, options_.events_max, plan, {}, {}}, false);
}

Result<void> Farm::submit(RunRequest request) {
    request.seconds_max = options_.seconds_max;
    request.events_max = options_.events_max;
    return give(std::move(request), false);
}

Result<void> Farm::give(RunRequest request, bool fresh) {
    const auto found =
        std::ranges::find_if(workers_, [](const auto& worker) { return !worker->run; });
    CHECK(found != workers_.end());
    Worker& worker = **found;
    if (fresh && worker.has_played) stop(worker);
    if (worker.process == 0) TRY_VOID(start(worker));
    worker.to_write = to_line(request);
    worker.run = request.id;
    worker.has_played = true;
    worker.deadline =
        Clock::now() + 2 * std::chrono::seconds(options_.seconds_max) + options_.grace;
    return {};
}

std::optional<Outcome> Farm::wait(std::chrono::milliseconds patience) {
    const Clock::time_point end = Clock::now() + patience;
    for (;;) {
        std::vector<pollfd> ends;
        Clock::time_point wake = end;
        for (const auto& worker : workers_) {
            if (!worker->run) continue;
            if (std::optional<Outcome> outcome = look(*worker)) return outcome;
            const short wanted = worker->to_write.empty() ? POLLIN : POLLIN | POLLOUT;
            ends.push_back({worker->talk, wanted, 0});
            ends.push_back({worker->words, POLLIN, 0});
            wake = std::min(wake, worker->deadline);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now());
        if (wake == end && left.count() <= 0) return std::nullopt;
        const int timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
        if (::poll(ends.data(), ends.size(), timeout) < 0) return std::nullopt;  // a signal
        std::size_t i = 0;
        for (const auto& worker : workers_) {
            if (!worker->run) continue;
            move_bytes(*worker, ends[i].revents);
            if (ends[i + 1].revents != 0 &&
                !drain(worker->words, worker->last_words, worker_words_max))
                close_end(worker->words);  // poll passes over it from now on
            if (Clock::now() >= worker->deadline) worker->is_overdue = true;
            i += 2;
        }
    }
}

void Farm::move_bytes(Worker& worker, short happened) {
    if ((happened & POLLOUT) != 0 && !worker.to_write.empty()) {
        const ssize_t size =
            ::send(worker.talk, worker.to_write.data(), worker.to_write.size(), MSG_NOSIGNAL);
        if (size > 0)
            worker.to_write.erase(0, static_cast<std::size_t>(size));
        else if (errno != EAGAIN && errno != EINTR)
            worker.to_write.clear();  // it is dead, which reading tells
    }
    if ((happened & (POLLIN | POLLHUP | POLLERR)) == 0) return;
    if (!drain(worker.talk, worker.answer, answer_bytes_max)) worker.has_hung_up = true;
}

std::optional<Outcome> Farm::look(Worker& worker) {
    const std::size_t line = worker.answer.find('\n');
    if (line != std::string::npos) {
        const Result<Outcome> outcome =
            parse_outcome(std::string_view(worker.answer).substr(0, line));
        if (outcome && outcome->id == *worker.run) {
            worker.answer.erase(0, line + 1);
            worker.run.reset();
            return *outcome;
        }
        Outcome nonsense{.id = *worker.run, .fingerprint = "crash/nonsense"};
        nonsense.message =
            "the worker wrote: " + worker.answer.substr(0, std::min<std::size_t>(line, 200));
        stop(worker);
        return nonsense;
    }
    if (worker.has_hung_up) {
        Outcome outcome = outcome_of_death(worker);
        stop(worker);
        return outcome;
    }
    if (!worker.is_overdue) return std::nullopt;
    Outcome outcome{.id = *worker.run, .fingerprint = "budget/worker"};
    outcome.message = "no answer within the budget of real time";
    stop(worker);
    return outcome;
}

// It has closed its output: it ends, or is made to.
Outcome Farm::outcome_of_death(Worker& worker) {
    int status = 0;
    const Clock::time_point end = Clock::now() + death_patience;
    while (::waitpid(worker.process, &status, WNOHANG) == 0) {
        if (Clock::now() > end) ::kill(worker.process, SIGKILL);
        ::poll(nullptr, 0, 1);
    }
    worker.process = 0;
    if (worker.words >= 0) drain(worker.words, worker.last_words, worker_words_max);
    Outcome outcome{.id = *worker.run, .fingerprint = "crash/" + name_of_death(status)};
    outcome.message = "the process that ran it has ended";
    std::string_view words = worker.last_words;
    while (words.ends_with('\n')) words.remove_suffix(1);
    words = words.substr(words.rfind('\n') + 1);
    if (!words.empty()) outcome.message += "; it said: " + std::string(words);
    return outcome;
}

void Farm::abandon() {
    for (const auto& worker : workers_) {
        if (worker->run) stop(*worker);
    }
}

std::string own_program() {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string() : path.string();
}

sim::JudgePlans judge_on(Farm& farm, std::function<bool()> stop) {
    return [&farm, stop = std::move(stop)](const std::vector<sim::Plan>& plans) {
        std::vector<std::string> fingerprints(plans.size());
        std::size_t next = 0;
        bool goes_on = true;
        while (goes_on && (next < plans.size() || farm.busy() > 0)) {
            for (; goes_on && next < plans.size() && farm.idle() > 0; ++next)
                goes_on = farm.submit(next, plans[next]).has_value();
            const std::optional<Outcome> outcome = farm.wait(std::chrono::milliseconds(100));
            if (outcome) fingerprints[outcome->id] = outcome->signature();
            goes_on = goes_on && !(stop && stop());
        }
        farm.abandon();
        return fingerprints;
    };
}

std::optional<Outcome> wait_for(Farm& farm, const std::function<bool()>& stop) {
    while (!stop || !stop()) {
        std::optional<Outcome> outcome = farm.wait(std::chrono::milliseconds(100));
        if (outcome) return outcome;
    }
    farm.abandon();
    return std::nullopt;
}

sim::RecordSchedule record_on(Farm& farm, std::function<bool()> stop) {
    return [&farm, stop = std::move(stop)](const sim::Plan& plan) -> std::optional<sim::Schedule> {
        CHECK(farm.busy() == 0);
        if (!farm.submit(RunRequest{.plan = plan, .schedule_wanted = true})) return std::nullopt;
        std::optional<Outcome> outcome = wait_for(farm, stop);
        if (!outcome) return std::nullopt;
        return std::move(outcome->schedule);
    };
}

std::optional<Outcome> play_on(Farm& farm,
                               const sim::Plan& plan,
                               bool fresh,
                               const std::function<bool()>& stop) {
    CHECK(farm.busy() == 0);
    if (!farm.submit(0, plan, fresh)) return std::nullopt;
    return wait_for(farm, stop);
}

}  // namespace playback::tools
