// HashMap: a hash table that cannot be iterated, so no order can leak out of it (DESIGN section 5).
//
// Keys are numbers, Ids, enums, strings, or anything with `std::uint64_t hash_of(const Key&)` found
// by argument-dependent lookup. References stay valid until the next insertion or erasure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/base/hash.h"
#include "engine/base/id.h"

namespace playback {

constexpr std::uint64_t hash_of(std::uint64_t key) {
    return hash_mix(0, key);
}
inline std::uint64_t hash_of(std::string_view key) {
    return hash_bytes(key);
}
template <class Tag>
constexpr std::uint64_t hash_of(const Id<Tag>& id) {
    return hash_mix(0, id.value);
}

template <class Key, class Value>
class HashMap {
    struct Hash {
        using is_avalanching = void;
        std::size_t operator()(const Key& key) const { return hash_of(key); }
    };

public:
    Value* find(const Key& key) {
        const auto it = map_.find(key);
        return it == map_.end() ? nullptr : &it->second;
    }
    const Value* find(const Key& key) const {
        const auto it = map_.find(key);
        return it == map_.end() ? nullptr : &it->second;
    }
    [[nodiscard]] bool contains(const Key& key) const { return map_.contains(key); }

    // The value of `key`, default-made if it was absent.
    Value& operator[](const Key& key) { return map_[key]; }

    // False, and nothing changed, if `key` is there already.
    template <class... Args>
    bool insert(const Key& key, Args&&... args) {
        return map_.try_emplace(key, std::forward<Args>(args)...).second;
    }
    bool erase(const Key& key) { return map_.erase(key) != 0; }
    void clear() { map_.clear(); }

    [[nodiscard]] std::size_t size() const { return map_.size(); }
    [[nodiscard]] bool empty() const { return map_.empty(); }

private:
    boost::unordered_flat_map<Key, Value, Hash> map_;
};

}  // namespace playback
