#include "tools/bench_macro/load.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <ctime>
#include <deque>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "tools/bench_macro/proc_files.h"

namespace playback::bench {
namespace {

constexpr std::size_t buffer_bytes = 256UL * 1024;
constexpr std::size_t unread_bytes_max = 4UL * 1024 * 1024;
constexpr int events_max = 256;
constexpr std::int64_t patience_ns = 1'000'000'000;
constexpr int extensions_max = 10;
constexpr double warm_up_part = 0.15;
constexpr double warm_up_seconds_max = 0.3;

using Clock = std::chrono::steady_clock;

std::int64_t now_ns() {
    return Clock::now().time_since_epoch().count();
}

double cpu_of_this_process() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// A line while it is driven.
struct Driven {
    Line* line = nullptr;
    std::deque<std::int64_t> said_at;
    bool is_waiting = false;  // for the kernel to take more
};

class Driver {
public:
    Driver(std::vector<Line>& lines, const LoadPlan& plan) : plan_(plan), buffer_(buffer_bytes) {
        for (Line& line : lines) driven_.push_back({.line = &line});
    }

    Result<LoadOutcome> run();

private:
    Result<void> open();
    Result<void> serve_until(std::int64_t end);
    Result<void> serve(Driven& driven);
    Result<void> hear(Driven& driven, std::span<char> bytes);
    Result<void> flush(Driven& driven);
    Result<void> keep_the_pace();
    [[nodiscard]] int patience(std::int64_t end) const;
    void say(Driven& driven, std::int64_t due);
    void answered(Driven& driven, std::size_t count);
    [[nodiscard]] bool is_quiet() const;
    [[nodiscard]] bool is_enough() const { return plan_.is_enough && plan_.is_enough(); }

    const LoadPlan& plan_;
    std::vector<Driven> driven_;
    std::vector<char> buffer_;
    Descriptor epoll_;
    LoadOutcome outcome_;
    bool is_ending_ = false;
    std::int64_t now_ = 0;
    std::int64_t next_at_ = 0;      // of an open load
    std::vector<Driven*> free_;     // of an open load
    std::deque<std::int64_t> due_;  // of an open load: nobody was free
};

Result<void> Driver::open() {
    epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) return adapters::process::errno_error("epoll");
    now_ = now_ns();
    for (std::size_t i = 0; i < driven_.size(); ++i) {
        Driven& driven = driven_[i];
        const int socket = driven.line->socket.get();
        ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0)
            return adapters::process::errno_error("epoll");
        if (plan_.rate > 0 && driven.line->is_counted) {
            free_.push_back(&driven);
            continue;
        }
        while (driven.line->under_way < driven.line->depth) say(driven, now_);
        TRY_VOID(flush(driven));
    }
    next_at_ = now_;
    return {};
}

Result<void> Driver::flush(Driven& driven) {
    while (!driven.line->unsent.empty()) {
        const ssize_t sent = ::send(driven.line->socket.get(),
                                    driven.line->unsent.data(),
                                    driven.line->unsent.size(),
                                    MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN)
            return adapters::process::errno_error("a connection of the load broke");
        if (sent < 0) break;
        driven.line->unsent.erase(0, static_cast<std::size_t>(sent));
    }
    if (driven.is_waiting == !driven.line->unsent.empty()) return {};
    driven.is_waiting = !driven.line->unsent.empty();
    epoll_event event{};
    event.events = EPOLLIN;
    if (driven.is_waiting) event.events |= EPOLLOUT;
    event.data.u64 = static_cast<std::uint64_t>(&driven - driven_.data());
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, driven.line->socket.get(), &event);
    return {};
}

void Driver::say(Driven& driven, std::int64_t due) {
    driven.line->talker->say(driven.line->unsent);
    ++driven.line->under_way;
    if (driven.line->is_counted) driven.said_at.push_back(due);
}

void Driver::answered(Driven& driven, std::size_t count) {
    driven.line->under_way -= std::min(count, driven.line->under_way);
    // What was said in the load before is not in the list: nobody timed it.
    for (std::size_t n = 0; n < count && !driven.said_at.empty(); ++n) {
        outcome_.latency.add(static_cast<std::uint64_t>(now_ - driven.said_at.front()));
        driven.said_at.pop_front();
        ++outcome_.answers;
    }
}

bool Driver::is_quiet() const {
    return std::all_of(driven_.begin(), driven_.end(), [](const Driven& driven) {
        return !driven.line->is_counted || driven.line->under_way == 0;
    });
}

Result<void> Driver::hear(Driven& driven, std::span<char> bytes) {
    const bool has_rest = !driven.line->unread.empty();
    if (has_rest) driven.line->unread.append(bytes.data(), bytes.size());
    const std::span<char> unread = has_rest ? std::span<char>(driven.line->unread) : bytes;
    Talker& talker = *driven.line->talker;
    TRY(heard, talker.hear(unread, driven.line->unsent));
    if (has_rest)
        driven.line->unread.erase(0, heard.used);
    else
        driven.line->unread.assign(bytes.data() + heard.used, bytes.size() - heard.used);
    if (driven.line->unread.size() > unread_bytes_max)
        return Error{Errc::corrupt, "an answer does not end"};
    answered(driven, heard.answered);
    const bool is_paced = plan_.rate > 0 && driven.line->is_counted;
    if (is_paced && heard.answered > 0) free_.push_back(&driven);
    if (is_paced || (is_ending_ && driven.line->is_counted)) return {};
    while (driven.line->under_way < driven.line->depth) say(driven, now_);
    return {};
}

Result<void> Driver::serve(Driven& driven) {
    const ssize_t got =
        ::recv(driven.line->socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got == 0) return Error{Errc::closed, "the server closed a connection of the load"};
    if (got < 0 && errno != EAGAIN && errno != EINTR)
        return adapters::process::errno_error("a connection of the load broke");
    if (got > 0) TRY_VOID(hear(driven, {buffer_.data(), static_cast<std::size_t>(got)}));
    return flush(driven);
}

// Says what is due, on the lines that are free.
Result<void> Driver::keep_the_pace() {
    const auto interval = static_cast<std::int64_t>(1e9 / plan_.rate);
    for (; next_at_ <= now_; next_at_ += interval) due_.push_back(next_at_);
    while (!due_.empty() && !free_.empty()) {
        Driven& driven = *free_.back();
        free_.pop_back();
        say(driven, due_.front());
        due_.pop_front();
        TRY_VOID(flush(driven));
    }
    return {};
}

// Milliseconds; an open load looks all the time: epoll sleeps too long for a steady pace.
int Driver::patience(std::int64_t end) const {
    if (plan_.rate > 0 && !is_ending_) return 0;
    const std::int64_t left = (end - now_) / 1'000'000 + 1;
    return static_cast<int>(std::clamp<std::int64_t>(left, 1, 50));
}

Result<void> Driver::serve_until(std::int64_t end) {
    std::array<epoll_event, events_max> events{};
    for (now_ = now_ns(); now_ < end; now_ = now_ns()) {
        if (plan_.is_interrupted && plan_.is_interrupted())
            return Error{Errc::unavailable, "interrupted"};
        if (is_ending_ ? is_quiet() : is_enough()) break;
        if (plan_.rate > 0 && !is_ending_) TRY_VOID(keep_the_pace());
        const int count = ::epoll_wait(epoll_.get(), events.data(), events_max, patience(end));
        now_ = now_ns();
        for (int i = 0; i < count; ++i)
            TRY_VOID(serve(driven_[events[static_cast<std::size_t>(i)].data.u64]));
    }
    return {};
}

Result<LoadOutcome> Driver::run() {
    TRY_VOID(open());
    if (!plan_.is_enough) {
        const double warm_up = std::min(plan_.seconds * warm_up_part, warm_up_seconds_max);
        TRY_VOID(serve_until(now_ns() + static_cast<std::int64_t>(warm_up * 1e9)));
    }
    outcome_ = LoadOutcome();
    const double server_before = cpu_seconds_of(plan_.server);
    const double own_before = cpu_of_this_process();
    const std::int64_t begin = now_ns();
    std::int64_t end = begin + static_cast<std::int64_t>(plan_.seconds * 1e9);
    TRY_VOID(serve_until(end));
    // Where others take the machine, a short time may have nothing in it: then it is a longer one.
    for (int i = 0; i < extensions_max && outcome_.answers == 0 && !is_enough(); ++i)
        TRY_VOID(serve_until(end += patience_ns));
    outcome_.seconds = static_cast<double>(now_ns() - begin) / 1e9;
    outcome_.server_cpu = cpu_seconds_of(plan_.server) - server_before;
    outcome_.generator_cpu = cpu_of_this_process() - own_before;
    outcome_.is_open = plan_.rate > 0;
    // What should have been said by now and was not counts as well: it waited so long already.
    for (const std::int64_t due : due_)
        outcome_.latency.add(static_cast<std::uint64_t>(now_ - due));
    due_.clear();
    const LoadOutcome measured = outcome_;
    is_ending_ = true;
    TRY_VOID(serve_until(now_ns() + patience_ns));
    if (measured.answers == 0 && !plan_.is_enough)
        return Error{Errc::timed_out, "nothing was answered"};
    return measured;
}

}  // namespace

double LoadOutcome::rate() const {
    return seconds > 0 ? static_cast<double>(answers) / seconds : 0;
}

double LoadOutcome::cpu_us() const {
    return answers > 0 ? server_cpu * 1e6 / static_cast<double>(answers) : 0;
}

bool LoadOutcome::is_too_short() const {
    constexpr double little = 0.1;
    return server_cpu < little;
}

bool LoadOutcome::is_generator_full() const {
    constexpr double full = 0.95;
    constexpr double idle = 0.85;
    return !is_open && generator_cpu > full * seconds && server_cpu < idle * seconds;
}

Result<LoadOutcome> run_load(std::vector<Line>& lines, const LoadPlan& plan) {
    return Driver(lines, plan).run();
}

}  // namespace playback::bench
