// Long polling on the interchange calls: `Prefer: wait=N` (RFC 7240) holds the answer until
// something arrives, at most long_poll_max.
//
// The version of the mailbox is taken before it is read, so a message that comes in between is
// never slept over. What the call sent and consumed is done by the first reading alone. When the
// node stops or hands over, held calls are answered with what there is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/call.h"
#include "engine/base/limits.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"

namespace playback::omgservers {

// How long this call may be held; zero: not at all.
inline Duration hold_of(const Call& call) {
    if (!call.request.wait_seconds) return {};
    return std::min(seconds(*call.request.wait_seconds), limits::long_poll_max);
}

// The reply of `command`, or of an empty one like it as soon as it has something incoming.
template <class Command>
io::Task<Result<typename Command::Reply>> exchange(Api& api,
                                                   kernel::Address to,
                                                   Command command,
                                                   Duration hold) {
    using Reply = typename Command::Reply;
    if (hold == Duration{}) {
        Result<Reply> reply = co_await api.kernel.submit(to, std::move(command));
        co_return reply;
    }
    const Instant deadline = api.io.clock.now() + hold;
    Command again = command;
    again.outgoing.clear();
    again.consumed.clear();
    again.touch = false;
    command.hold = hold;

    kernel::TopicVersion seen = api.kernel.version(to);
    Result<Reply> reply = co_await api.kernel.submit(to, std::move(command));
    if (PLAYBACK_PLANT(polls_after_reading)) seen = api.kernel.version(to);
    while (reply && reply->incoming.empty() && api.holds_calls()) {
        if (api.io.clock.now() >= deadline) break;
        co_await api.kernel.watch(to, seen, deadline);
        seen = api.kernel.version(to);
        Command next = again;
        Result<Reply> later = co_await api.kernel.submit(to, std::move(next));
        // What was asked for is done and must be acknowledged: the next call will hear of this.
        if (!later) break;
        reply = std::move(later);
    }
    co_return reply;
}

inline void confirm_hold(const Call& call, Duration hold) {
    if (!call.request.wait_seconds) return;
    const std::string applied = "wait=" + std::to_string(hold.ns / 1'000'000'000);
    wire::append_header(call.answer.headers, "Preference-Applied", applied);
}

}  // namespace playback::omgservers
