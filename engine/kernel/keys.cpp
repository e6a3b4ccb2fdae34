#include "engine/kernel/keys.h"

#include "engine/base/check.h"
#include "engine/kernel/rows.h"

namespace playback::kernel::keys {
namespace {

std::string system_key(SlotNumber slot, SystemRow row) {
    std::string key = of_kind(slot, 0);
    key += static_cast<char>(row);
    return key;
}

}  // namespace

std::string of_kind(SlotNumber slot, Kind kind) {
    std::string key;
    key += static_cast<char>(slot >> 8);
    key += static_cast<char>(slot & 0xff);
    key += static_cast<char>(kind);
    return key;
}

SlotNumber slot_of(const Address& address, bool named_by_id, SlotNumber slot_count) {
    if (named_by_id) return static_cast<SlotNumber>(slot_of_id(address.a) % slot_count);
    std::string numbers;
    put_u64(numbers, address.a);
    put_u64(numbers, address.b);
    return static_cast<SlotNumber>(crc16_arc(numbers) % slot_count);
}

std::string of_aggregate(SlotNumber slot, const Address& address, bool named_by_id) {
    CHECK(address.kind != 0);
    std::string key = of_kind(slot, address.kind);
    put_u64(key, address.a);
    if (!named_by_id) put_u64(key, address.b);
    return key;
}

std::string after_prefix(std::string prefix) {
    while (!prefix.empty() && prefix.back() == static_cast<char>(0xff)) prefix.pop_back();
    CHECK(!prefix.empty());
    prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
    return prefix;
}

Address aggregate_of(std::string_view key, bool named_by_id, std::string_view& rest) {
    CHECK(key.size() > 3);
    Address address;
    address.kind = static_cast<Kind>(key[2]);
    RowKeyReader reader(key.substr(3));
    address.a = reader.number();
    if (!named_by_id) address.b = reader.number();
    rest = reader.text();
    return address;
}

std::string meta(SlotNumber slot) {
    return system_key(slot, SystemRow::meta);
}

std::string outbox(SlotNumber slot, SlotNumber to, std::uint64_t sequence) {
    std::string key = system_key(slot, SystemRow::outbox);
    put_u64(key, to);
    put_u64(key, sequence);
    return key;
}

std::string mark(SlotNumber slot, SlotNumber from) {
    std::string key = system_key(slot, SystemRow::mark);
    put_u64(key, from);
    return key;
}

std::string timer(SlotNumber slot, const Address& address, std::string_view name) {
    std::string key = system_key(slot, SystemRow::timer);
    key += static_cast<char>(address.kind);
    put_u64(key, address.a);
    put_u64(key, address.b);
    key += name;
    return key;
}

}  // namespace playback::kernel::keys
