// HandoverChannel: what two processes say to each other at a graceful restart (decision 0009).
//
// A unix stream socket with frames in both directions; a frame may carry one descriptor
// (SCM_RIGHTS). Everything here blocks, for at most the patience that is given: use it on a thread
// that may. In order:
//
//     successor                     the process before
//     hello            ->
//                      <-           welcome, or refused (and it goes on as ever)
//                      <-           listener*, parcel*, lifeline*, sent_all   (its data is closed)
//     opened or failed ->
//                      <-           yours (it ends), or withdrawn (it goes on by itself)
//
// Errors: closed (the other side is gone), timed_out, corrupt, io_failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/asio/address.h"
#include "engine/base/describe.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/services/handover.h"

namespace playback::tools {

// Changes with every change of what is passed on, that of the engine's parcels included.
inline constexpr std::uint32_t handover_version = 1;

struct HandoverHello {
    std::uint32_t version = 0;
    std::string program;  // PLAYBACK_VERSION, for people
    std::string data;     // the directory, without symbolic links

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "version", self.version);
        visit(2, "program", self.program);
        visit(3, "data", self.data);
    }
};

class HandoverChannel {
public:
    enum class Kind : std::uint8_t {
        hello = 1,
        welcome,
        refused,  // with the reason in words
        listener,
        parcel,
        lifeline,
        sent_all,
        opened,
        failed,  // with the reason in words
        yours,
        withdrawn,
    };
    struct Frame {
        Kind kind = Kind::hello;
        std::string bytes;
        adapters::Descriptor descriptor;
    };

    explicit HandoverChannel(adapters::Descriptor socket);

    // Fails with refused or not_found if nobody listens at `path`.
    static Result<HandoverChannel> connect(const std::string& path);

    [[nodiscard]] Result<void> send(Kind kind, std::string_view bytes = {}, int descriptor = -1);
    // Fails with timed_out when `patience` passes without a byte.
    Result<Frame> receive(Duration patience);
    // A frame of another kind is an error: with its words if it has any.
    Result<Frame> expect(Kind kind, Duration patience);

    // Is the other side this user, or root?
    [[nodiscard]] bool is_of_same_user() const;

    // The descriptors of `luggage` stay open here.
    Result<void> send_luggage(const services::Luggage& luggage);
    // Until sent_all; lifelines are added to `lifelines`.
    Result<services::Luggage> receive_luggage(std::vector<adapters::Descriptor>& lifelines,
                                              Duration patience);

private:
    Result<void> send_all(std::string_view bytes);
    Result<void> receive_all(char* into, std::size_t size);

    adapters::Descriptor socket_;
};

}  // namespace playback::tools
