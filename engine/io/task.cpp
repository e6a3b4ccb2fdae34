#include "engine/io/task.h"

#include <boost/asio/co_spawn.hpp>

namespace playback::io {

TaskGroup::~TaskGroup() {
    CHECK(running_ == 0 || executor_.scheduler().stopping());
}

void TaskGroup::spawn(Task<void> task) {
    ++running_;
    // co_spawn may start at once; whoever spawns must not find the world changed under its feet.
    post_function(executor_.scheduler(), [this, later = std::move(task)]() mutable {
        auto done = [this](const std::exception_ptr& failure) { finished(failure); };
        boost::asio::co_spawn(executor_, std::move(later), std::move(done));
    });
}

void TaskGroup::finished(const std::exception_ptr& failure) {
    CHECK(running_ > 0);
    --running_;
    if (failure) std::rethrow_exception(failure);
    if (running_ == 0) joiner_.resume(true);
}

Task<void> TaskGroup::join() {
    while (running_ > 0) {
        auto wait = [this](Resumer<bool> resumer) {
            CHECK(!joiner_);
            joiner_ = std::move(resumer);
        };
        co_await suspend<bool>(wait);
    }
}

}  // namespace playback::io
