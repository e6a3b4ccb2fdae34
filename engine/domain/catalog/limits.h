// How large users and tenants may grow. At a limit the new thing is refused with `full`.
//
// A tenant is resident as a whole, and deleting one walks over all that it holds in one command;
// these numbers keep both small.
#pragma once

#include <cstddef>

namespace playback::catalog::limits {

inline constexpr std::size_t root_aliases_per_owner_max = 16;
inline constexpr std::size_t root_aliases_per_bucket_max = 256;
inline constexpr std::size_t tenants_per_user_max = 1024;  // the oldest is forgotten, see User

inline constexpr std::size_t name_length_max = 64;  // aliases, modes, groups; in UTF-16 units
inline constexpr std::size_t image_length_max = 1024;

inline constexpr std::size_t projects_max = 256;  // these: per tenant
inline constexpr std::size_t stages_max = 1024;
inline constexpr std::size_t versions_max = 4096;
inline constexpr std::size_t version_bytes_max = 32 * 1024 * 1024;  // of their configs together
inline constexpr std::size_t deployments_max = 1024;
inline constexpr std::size_t inner_aliases_max = 4096;
inline constexpr std::size_t permissions_max = 8192;

inline constexpr std::size_t modes_max = 256;   // per version
inline constexpr std::size_t groups_max = 256;  // per mode

inline constexpr std::size_t purged_rows_per_command = 512;  // the rest follows in later commands

}  // namespace playback::catalog::limits
