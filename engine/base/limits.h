// Limits: every queue and every size that the outside can drive, in one place.
//
// Each says its policy: what happens at the limit. Configuration may lower some of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/time.h"

namespace playback::limits {

// --- requests (refused with 4xx; the connection closes where the frame is lost) ---
inline constexpr std::size_t request_head_bytes_max = 16 * 1024;
inline constexpr std::size_t request_body_bytes_max = 1024 * 1024;
inline constexpr std::size_t request_headers_max = 64;
inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_bytes_max = 64 * 1024;    // one message, profile or config
inline constexpr std::size_t interchange_items_max = 1024;  // messages or ids in one call
inline constexpr Duration request_timeout = seconds(30);    // whole head and body
inline constexpr Duration idle_timeout = seconds(120);      // between requests of a connection
inline constexpr Duration long_poll_max = seconds(60);

// --- connections (new ones wait in the listen queue; fewer if fewer files may be open) ---
inline constexpr std::size_t connections_max = 131'072;

// --- sockets (1009 for what is longer; what does not fit into the queue: services/web_socket.h)
// ---
inline constexpr std::size_t socket_message_bytes_max = 128 * 1024;
inline constexpr std::size_t socket_fragments_max = 1024;
inline constexpr std::size_t socket_queue_bytes_max = 1024 * 1024;

// --- anonymous calls, per address (refused with 429) ---
inline constexpr std::uint32_t sign_ups_per_minute = 60;
inline constexpr std::uint32_t sign_up_burst = 120;
inline constexpr std::size_t rate_limited_addresses_max = 65'536;

// --- mailboxes (a full one keeps its oldest; the new send is refused to its sender) ---
inline constexpr std::size_t mailbox_messages_max = 4096;
inline constexpr std::size_t mailbox_bytes_max = 4 * 1024 * 1024;
// An answer takes the oldest that fit: it must pass a slow link within its caller's patience, or
// it is asked for again, in whole, for ever.
inline constexpr std::size_t interchange_answer_bytes = 64 * 1024;

// --- kernel (inputs wait while a slot's section is full; too many waiting: `unavailable`) ---
inline constexpr std::size_t slot_inputs_waiting_max = 16'384;
inline constexpr std::size_t section_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t load_rows_per_scan = 1024;

// --- work off the loop (refused with `unavailable`) ---
inline constexpr std::size_t offload_waiting_max = 4096;
inline constexpr std::size_t password_hashes_waiting_max = 1024;

}  // namespace playback::limits
