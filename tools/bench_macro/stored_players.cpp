#include "tools/bench_macro/stored_players.h"

#include <charconv>
#include <map>
#include <memory>
#include <utility>

#include "engine/domain/accounts/inputs.h"
#include "engine/domain/settings.h"
#include "engine/kernel/keys.h"
#include "engine/kernel/slot_time.h"
#include "engine/node.h"
#include "engine/node_config.h"
#include "tools/bench_macro/append_rows.h"

namespace playback::bench {
namespace {

using adapters::RowDatabase;
using kernel::Address;
namespace keys = kernel::keys;

constexpr std::size_t rows_of_batch = 4096;
constexpr std::size_t model_rows_max = 1024;
constexpr WallTime ids_made{id_epoch.ms + 86'400'000};  // before any node made one

struct Stage {
    StageId stage;
    TenantId tenant;
};
struct Model {
    std::string password_hash;
    std::vector<Stage> stages;
};

class Loader {
public:
    explicit Loader(std::unique_ptr<RowDatabase> database) : database_(std::move(database)) {
        ids_.resize(slots_);
        for (SlotNumber slot = 0; slot < slots_; ++slot) {
            ids_[slot].start(slot, 0);
            ids_[slot].set_time(Instant{ids_made.ms * 1'000'000});
        }
    }

    Result<Model> look_at(UserId user);
    Result<std::vector<UserId>> store(const Model& model, std::size_t count);

private:
    [[nodiscard]] SlotNumber slot_of(const Address& address) const {
        return keys::slot_of(address, machines_.find(address.kind)->named_by_id, slots_);
    }
    template <class Command>
    Result<typename Command::Reply> ask(const Address& address, Command command);
    // What the new aggregate writes for this command goes into the slot's section.
    template <class Command>
    Result<void> begin(const Address& address, WallTime when, Command command);
    Result<void> begin_slot(SlotNumber slot);
    Result<void> end_slot();
    Result<void> flush();

    const DomainSettings settings_;
    const kernel::MachineTable machines_ = machine_table(settings_);
    const SlotNumber slots_ = NodeConfig().slots;
    std::unique_ptr<RowDatabase> database_;
    std::vector<kernel::IdCounter> ids_;  // by slot
    io::BatchSection section_;
};

// What the stored aggregate answers.
template <class Command>
Result<typename Command::Reply> Loader::ask(const Address& address, Command command) {
    const kernel::MachineTable::Entry& machine = *machines_.find(address.kind);
    const SlotNumber slot = slot_of(address);
    const std::unique_ptr<kernel::Aggregate> aggregate = machine.make(address);
    const std::string from = keys::of_aggregate(slot, address, machine.named_by_id);
    TRY(rows, database_->scan(from, keys::after_prefix(from), model_rows_max));
    for (const io::Row& row : rows) {
        std::string_view rest;
        keys::aggregate_of(row.key, machine.named_by_id, rest);
        TRY_VOID(aggregate->load(kernel::RowKeyReader(rest), row.value));
    }
    kernel::Moment moment(Instant{}, WallTime{}, Random(1), ids_[slot]);
    kernel::Effects effects;
    const kernel::Message message = kernel::make_message(std::move(command));
    TRY(reply, aggregate->apply(*message, moment, effects));
    return std::move(kernel::content<typename Command::Reply>(*reply));
}

Result<Model> Loader::look_at(UserId user) {
    Model model;
    TRY(view, ask(address_of(user), accounts::GetUser{}));
    model.password_hash = view.password_hash;
    for (SlotNumber slot = 0; slot < slots_; ++slot) {
        const std::string from = keys::of_kind(slot, kinds::player);
        TRY(rows, database_->scan(from, keys::of_kind(slot, kinds::player + 1), model_rows_max));
        for (const io::Row& row : rows) {
            std::string_view rest;
            const Address address = keys::aggregate_of(row.key, false, rest);
            if (address.a != user.value) continue;
            TRY(player, ask(address, accounts::GetPlayer{}));
            model.stages.push_back({StageId{address.b}, player.tenant});
        }
    }
    return model;
}

Result<void> Loader::flush() {
    if (section_.puts.empty()) return {};
    io::BatchSection next;
    next.slot = section_.slot;
    next.epoch = section_.epoch;
    return append_rows(*database_, std::exchange(section_, std::move(next)));
}

Result<void> Loader::begin_slot(SlotNumber slot) {
    TRY(epoch, database_->acquire(slot));
    section_.slot = slot;
    section_.epoch = epoch;
    return {};
}

// A node takes an id for a new one, of which nothing is stored, if its slot has not given it out.
Result<void> Loader::end_slot() {
    const std::string key = keys::meta(section_.slot);
    TRY(rows, database_->scan(key, keys::after_prefix(key), 1));
    kernel::MetaRow meta;
    if (!rows.empty()) TRY_VOID(decode_into(meta, rows.front().value));
    const std::uint64_t limit = ids_[section_.slot].raise_limit();
    if (meta.id_count_limit < limit) {
        meta.id_count_limit = limit;
        section_.puts.push_back({key, encode(meta)});
    }
    return flush();
}

template <class Command>
Result<void> Loader::begin(const Address& address, WallTime when, Command command) {
    const kernel::MachineTable::Entry& machine = *machines_.find(address.kind);
    kernel::Moment moment(Instant{}, when, Random(1), ids_[section_.slot]);
    kernel::Effects effects;
    const kernel::Message message = kernel::make_message(std::move(command));
    TRY_VOID(machine.make(address)->apply(*message, moment, effects));
    if (!effects.sends().empty() || !effects.timers().empty())
        return Error{Errc::unsupported, "a sign-up does more than to write rows"};
    const std::string prefix = keys::of_aggregate(section_.slot, address, machine.named_by_id);
    for (kernel::Effects::Write& write : effects.writes())
        section_.puts.push_back({prefix + write.key, std::move(write.value)});
    return section_.puts.size() < rows_of_batch ? Result<void>() : flush();
}

Result<std::vector<UserId>> Loader::store(const Model& model, std::size_t count) {
    std::vector<UserId> users(count);
    std::vector<std::map<Address, TenantId>> players(slots_);
    for (std::size_t i = 0; i < count; ++i) {
        users[i] = UserId{ids_[i % slots_].next_id()};
        for (const Stage& entered : model.stages) {
            const Address address = player_address(users[i], entered.stage);
            players[slot_of(address)][address] = entered.tenant;
        }
    }
    for (SlotNumber slot = 0; slot < slots_; ++slot) {
        TRY_VOID(begin_slot(slot));
        for (std::size_t i = slot; i < count; i += slots_) {
            accounts::CreateUser create;
            create.role = accounts::Role::player;
            create.password_hash = model.password_hash;
            const WallTime when = time_of_id(users[i].value);
            TRY_VOID(begin(address_of(users[i]), when, std::move(create)));
        }
        for (const auto& [address, tenant] : players[slot])
            TRY_VOID(begin(address, time_of_id(address.a), accounts::EnterStage{tenant}));
        TRY_VOID(end_slot());
    }
    return users;
}

}  // namespace

Result<std::vector<UserId>> store_players(const std::string& directory,
                                          const std::string& model,
                                          std::size_t count) {
    UserId user;
    std::from_chars(model.data(), model.data() + model.size(), user.value);
    adapters::SqliteOptions options;
    options.directory = directory;
    options.durability = io::Durability::process;
    TRY(database, RowDatabase::open(options));
    Loader loader(std::move(database));
    TRY(seen, loader.look_at(user));
    return loader.store(seen, count);
}

}  // namespace playback::bench
