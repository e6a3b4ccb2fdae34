// What io::Worker and io::Offload promise, and the crossing from other threads.
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/io/wait.h"
#include "tests/contract/real_world_support.h"
#include "tests/contract/simulated_support.h"

namespace playback::contract {
namespace {

io::Task<void> done_once(io::Worker& worker, std::move_only_function<void()> work) {
    auto start = [&](io::Resumer<bool> resumer) {
        auto wake = std::make_shared<io::Resumer<bool>>(std::move(resumer));
        worker.run(std::move(work), [wake] { wake->resume_now(true); });
    };
    co_await io::suspend<bool>(start);
}

io::Task<void> work_is_done_in_order(io::Worker& worker) {
    std::vector<int> worked;
    std::vector<int> done;
    for (int i = 0; i < 100; ++i)
        worker.run([&worked, i] { worked.push_back(i); }, [&done, i] { done.push_back(i); });
    std::move_only_function<void()> nothing = [] {};
    co_await done_once(worker, std::move(nothing));
    std::vector<int> expected;
    for (int i = 0; i < 100; ++i) expected.push_back(i);
    EXPECT_EQ(worked, expected);
    EXPECT_EQ(done, expected);
}

TEST(ThreadWorker, WorksInOrderAndComesBackInOrder) {
    RealFixture real;
    real.world.run(work_is_done_in_order(real.world.add_worker()));
}

TEST(InlineWorker, WorksAtOnceAndFinishesLaterInOrder) {
    RealFixture real;
    io::Worker& worker = real.world.inline_worker();
    bool worked = false;
    bool done = false;
    worker.run([&worked] { worked = true; }, [&done] { done = true; });
    EXPECT_TRUE(worked);
    EXPECT_FALSE(done) << "its owner is not called while it calls";
    real.world.run(work_is_done_in_order(worker));
    EXPECT_TRUE(done);
}

TEST(InlineWorker, WhatIsDroppedNeverComesBack) {
    RealFixture real;
    adapters::InlineWorker& worker = real.world.inline_worker();
    const auto token = std::make_shared<int>(0);
    worker.run([] {}, [token] { ADD_FAILURE() << "its owner is gone"; });
    worker.drop();
    EXPECT_EQ(token.use_count(), 1);
    real.world.run(work_is_done_in_order(worker));
}

io::Task<void> with_simulated_worker(sim::SimNode& node) {
    const std::unique_ptr<io::Worker> worker =
        node.make_worker([&node] { return node.world().now() + microseconds(50); });
    co_await work_is_done_in_order(*worker);
}

TEST(SimWorker, WorksInOrderAndComesBackInOrder) {
    run_simulated([](sim::SimNode& node) { return with_simulated_worker(node); });
}

TEST(ThreadWorker, WorksOnAnotherThreadAndFinishesOnTheLoop) {
    RealFixture real;
    const std::thread::id here = std::this_thread::get_id();
    std::thread::id worked;
    std::thread::id done;
    io::Worker& worker = real.world.add_worker();
    worker.run([&worked] { worked = std::this_thread::get_id(); },
               [&] {
                   done = std::this_thread::get_id();
                   real.world.loop().stop();
               });
    real.world.loop().run();
    EXPECT_NE(worked, here);
    EXPECT_EQ(done, here);
}

TEST(ThreadWorker, StopDestroysWhatHasNotBegun) {
    const auto token = std::make_shared<int>(0);
    std::atomic<bool> begun = false;
    std::atomic<bool> may_end = false;
    RealFixture real;
    adapters::ThreadWorker& worker = real.world.add_worker();
    worker.run(
        [&, token] {
            begun = true;
            while (!may_end) std::this_thread::yield();
        },
        [token] { ADD_FAILURE() << "the loop does not run"; });
    worker.run([token] { ADD_FAILURE() << "ran after the stop"; }, [token] {});
    while (!begun) std::this_thread::yield();
    std::thread stopper([&worker] { worker.stop(); });
    ::usleep(20'000);
    may_end = true;
    stopper.join();
    worker.run([token] { ADD_FAILURE() << "ran after the stop"; }, [token] {});
    EXPECT_EQ(token.use_count(), 1);
}

io::Task<void> offloaded_work_runs_and_wakes_its_caller(io::Offload& offload) {
    int value = 0;
    std::move_only_function<void()> work = [&value] { value = 7; };
    const bool ran = co_await offload.run(std::move(work), milliseconds(1));
    EXPECT_TRUE(ran);
    EXPECT_EQ(value, 7);
}

io::Task<void> offload_once(io::Offload& offload, int& ran, int& refused) {
    std::move_only_function<void()> work = [] { ::usleep(1000); };
    const bool taken = co_await offload.run(std::move(work), milliseconds(1));
    ++(taken ? ran : refused);
}

io::Task<void> offload_too_much(io::Executor executor, io::Offload& offload, int count) {
    int ran = 0;
    int refused = 0;
    io::TaskGroup group(executor);
    for (int i = 0; i < count; ++i) group.spawn(offload_once(offload, ran, refused));
    co_await group.join();
    EXPECT_EQ(ran + refused, count);
    EXPECT_GT(ran, 0);
    EXPECT_GT(refused, 0);
    co_await offloaded_work_runs_and_wakes_its_caller(offload);
}

TEST(ThreadOffload, RefusesBeyondItsBound) {
    SilentLog log;
    adapters::RealWorldOptions options{.offload = {.threads = 2, .waiting_max = 8}};
    adapters::RealWorld world(options, log);
    world.run(offload_too_much(world.executor(), world.offload(), 50));
}

// Twenty pieces of a second each: two run, and who would wait for minutes hears it at once.
io::Task<void> offload_too_long(io::Executor executor, io::Offload& offload) {
    int ran = 0;
    int refused = 0;
    const auto once = [&]() -> io::Task<void> {
        std::move_only_function<void()> work = [] { ::usleep(1000); };
        const bool taken = co_await offload.run(std::move(work), seconds(1));
        ++(taken ? ran : refused);
    };
    io::TaskGroup group(executor);
    for (int i = 0; i < 20; ++i) group.spawn(once());
    co_await group.join();
    EXPECT_GE(ran, 4);
    EXPECT_GE(refused, 10);
}

TEST(ThreadOffload, RefusesWhatWouldWaitForLong) {
    SilentLog log;
    adapters::RealWorldOptions options{.offload = {.threads = 2}};
    adapters::RealWorld world(options, log);
    world.run(offload_too_long(world.executor(), world.offload()));
}

// One thread and a queue: results of short pieces come together, but none waits for a long piece.
TEST(ThreadOffload, HoldsResultsForShortPiecesOnly) {
    SilentLog log;
    adapters::RealWorldOptions options{.offload = {.threads = 1, .hold_max = milliseconds(5)}};
    adapters::RealWorld world(options, log);
    std::atomic<bool> may_begin = false;
    std::atomic<bool> may_end = false;
    std::atomic<int> worked = 0;
    std::vector<int> worked_by_then;  // by each result
    const auto piece = [&](std::atomic<bool>* signal, Duration cost) -> io::Task<void> {
        std::move_only_function<void()> work = [&worked, signal] {
            while (signal != nullptr && !*signal) std::this_thread::yield();
            ++worked;
        };
        co_await world.offload().run(std::move(work), cost);
        worked_by_then.push_back(worked);
        if (worked_by_then.size() == 3) may_end = true;
    };
    const auto begin = [&]() -> io::Task<void> {
        may_begin = true;
        co_return;
    };
    auto body = [&]() -> io::Task<void> {
        io::TaskGroup group(world.executor());
        group.spawn(piece(&may_begin, milliseconds(3)));
        group.spawn(piece(nullptr, milliseconds(3)));
        group.spawn(piece(nullptr, milliseconds(2)));
        group.spawn(piece(&may_end, milliseconds(6)));  // ends when there were three results
        group.spawn(piece(nullptr, milliseconds(1)));
        group.spawn(begin());  // all of them wait by now
        co_await group.join();
    };
    world.run(body());
    EXPECT_EQ(worked_by_then, (std::vector<int>{3, 3, 3, 5, 5}));
}

io::Task<void> offload_too_long_simulated(sim::SimNode& node) {
    const io::Io io = node.io();
    co_await offload_too_long(io.executor, io.offload);
}

TEST(SimOffload, RefusesWhatWouldWaitForLong) {
    run_simulated([](sim::SimNode& node) { return offload_too_long_simulated(node); });
}

io::Task<void> offload_too_much_simulated(sim::SimNode& node) {
    const io::Io io = node.io();
    co_await offload_too_much(io.executor, io.offload, 500);
}

TEST(SimOffload, RefusesBeyondItsBound) {
    run_simulated([](sim::SimNode& node) { return offload_too_much_simulated(node); });
}

TEST(Loop, RunsWhatOtherThreadsPostInTheirOrder) {
    constexpr int threads = 4;
    constexpr int each = 500;
    RealFixture real;
    std::vector<std::vector<int>> got(threads);
    int total = 0;
    std::vector<std::thread> senders;
    for (std::size_t t = 0; t < threads; ++t)
        senders.emplace_back([&, t] {
            for (int i = 0; i < each; ++i)
                real.world.loop().post_from_other_thread([&, t, i] {
                    got[t].push_back(i);
                    if (++total == threads * each) real.world.loop().stop();
                });
        });
    real.world.loop().run();
    for (std::thread& sender : senders) sender.join();
    for (const std::vector<int>& numbers : got) {
        ASSERT_EQ(numbers.size(), static_cast<std::size_t>(each));
        for (int i = 0; i < each; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i);
    }
}

TEST(Loop, DoesNotRunInlineOutsideOrTooDeep) {
    RealFixture real;
    adapters::Loop& loop = real.world.loop();
    EXPECT_FALSE(loop.enter_inline());
    int depth = 0;
    io::post_function(loop, [&] {
        while (loop.enter_inline()) ++depth;
        for (int i = 0; i < depth; ++i) loop.leave_inline();
        loop.stop();
    });
    loop.run();
    EXPECT_GT(depth, 0);
    EXPECT_LE(depth, adapters::Loop::inline_depth_max);
}

io::Task<void> spin(adapters::RealWorld& world, const bool& over, std::uint64_t& turns) {
    while (!over) {
        ++turns;
        auto yield = [](io::Resumer<bool> resumer) { resumer.resume(true); };
        co_await io::suspend<bool>(yield);
        if (turns > 50'000'000) world.loop().stop();
    }
}

// Posted operations that never end do not keep a timer from firing.
TEST(Loop, IsNotStarvedByPostedOperations) {
    RealFixture real;
    bool over = false;
    std::uint64_t turns = 0;
    auto body = [&]() -> io::Task<void> {
        io::TaskGroup group(real.world.executor());
        group.spawn(spin(real.world, over, turns));
        co_await io::sleep_until(real.world.clock(), real.world.clock().now() + milliseconds(50));
        over = true;
        co_await group.join();
    };
    real.world.run(body());
    EXPECT_TRUE(over);
    EXPECT_GT(turns, 100U);
}

TEST(Loop, AnExceptionLeavesRunAndTheLoopGoesOn) {
    RealFixture real;
    bool ran = false;
    adapters::Loop& loop = real.world.loop();
    io::post_function(loop, [] { throw std::runtime_error("from an operation"); });
    io::post_function(loop, [&] {
        ran = true;
        loop.stop();
    });
    EXPECT_THROW(loop.run(), std::runtime_error);
    EXPECT_FALSE(ran);
    loop.run();
    EXPECT_TRUE(ran);
}

TEST(RealProcess, DiesWithItsExitCode) {
    RealFixture real;
    EXPECT_EXIT(real.world.process().die("fsync failed"),
                testing::ExitedWithCode(adapters::exit_code_died),
                "");
}

TEST(StopSignals, ReachTheLoop) {
    RealFixture real;
    std::vector<int> seen;
    const adapters::StopSignals signals(real.world.loop(), [&](int number) {
        seen.push_back(number);
        if (seen.size() == 2) real.world.loop().stop();
        if (seen.size() == 1) ::kill(::getpid(), SIGTERM);
    });
    ::kill(::getpid(), SIGINT);
    real.world.loop().run();
    EXPECT_EQ(seen, (std::vector<int>{SIGINT, SIGTERM}));
}

}  // namespace
}  // namespace playback::contract
