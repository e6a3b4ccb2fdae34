// The route table: every path of the protocol, who may call it and what answers (omgservers.md
// section 1). One list, read top to bottom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/api/omgservers/call.h"
#include "engine/base/hash_map.h"
#include "engine/domain/accounts/inputs.h"

namespace playback::omgservers {

enum class Access : std::uint8_t {
    json,       // POST with a JSON body
    any_body,   // POST, whatever its media type
    operation,  // GET or HEAD
    get_or_post,
    socket,  // GET, and an upgrade to a WebSocket
};

struct Route {
    std::string_view path;
    accounts::Role role;  // none: anonymous
    Handler handler;
    Access access = Access::json;
};

std::span<const Route> all_routes();

// Finds routes by path. Index 0 of `names` stands for unknown paths, i + 1 for all_routes()[i].
class RouteTable {
public:
    RouteTable();

    // The index into `names`, 0 if there is no such path.
    [[nodiscard]] std::size_t find(std::string_view path) const {
        const std::size_t* const found = by_path_.find(path);
        return found == nullptr ? 0 : *found;
    }
    [[nodiscard]] static const Route& at(std::size_t index) { return all_routes()[index - 1]; }
    [[nodiscard]] std::span<const std::string_view> names() const { return names_; }

private:
    HashMap<std::string_view, std::size_t> by_path_;
    std::vector<std::string_view> names_;
};

}  // namespace playback::omgservers
