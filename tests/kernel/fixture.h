// A small world for kernel tests: one simulated node with a kernel over a store that the test holds
// back, fails or reads, and a machine, `Tally`, that uses every effect.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/wait.h"
#include "engine/kernel/kernel.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::kernel::testing {

inline constexpr Kind tally_kind = 200;
inline constexpr Kind pair_kind = 201;

struct Total {
    std::uint64_t value = 0;
    std::uint64_t id = 0;
};

struct Add {
    static constexpr MessageKind kind = 900;
    using Reply = Total;
    std::uint64_t amount = 0;
};

struct Forget {  // erases the row
    static constexpr MessageKind kind = 901;
    using Reply = Total;
};

struct Read {
    static constexpr MessageKind kind = 902;
    using Reply = Total;
};

struct Added {  // one-way
    static constexpr MessageKind kind = 903;
    using Reply = void;
    std::uint64_t amount = 0;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "amount", self.amount);
    }
};

struct Forward {  // sends Added to each of `to`
    static constexpr MessageKind kind = 904;
    using Reply = Total;
    std::uint64_t amount = 0;
    std::vector<Address> to;
    bool wait_for_delivery = false;
};

struct AddLater {  // by a timer
    static constexpr MessageKind kind = 905;
    using Reply = Total;
    std::uint64_t amount = 0;
    Duration delay;
    bool durable = true;
};

struct Refuse {
    static constexpr MessageKind kind = 906;
    using Reply = Total;
};

struct TallyRow {
    std::uint64_t value = 0;
    Unknown unknown;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "value", self.value);
    }
};

template <Kind number>
class TallyMachine {
public:
    static constexpr Kind kind = number;
    using Inputs = kernel::Inputs<Add, Forget, Read, Added, Forward, AddLater, Refuse>;

    explicit TallyMachine(const Address&) {}

    Result<void> load(RowKeyReader, std::string_view value) {
        TRY(row, decode<TallyRow>(value));
        row_ = row;
        exists_ = true;
        return {};
    }

    Result<Total> apply(const Add& add, Moment& moment, Effects& effects) {
        write(add.amount, effects);
        return Total{row_.value, moment.next_id()};
    }
    Result<Total> apply(const Forget&, Moment&, Effects& effects) {
        effects.erase(RowKey(1));
        row_ = {};
        exists_ = false;
        return Total{};
    }
    Result<Total> apply(const Read&, Moment&, Effects&) { return Total{row_.value, 0}; }
    Result<Total> apply(const Refuse&, Moment&, Effects&) {
        return Error{Errc::conflict, "refused"};
    }
    void apply(const Added& added, Moment&, Effects& effects) { write(added.amount, effects); }
    Result<Total> apply(const Forward& forward, Moment&, Effects& effects) {
        for (const Address& to : forward.to) effects.send(to, Added{forward.amount});
        if (forward.wait_for_delivery) effects.reply_when_delivered();
        return Total{row_.value, 0};
    }
    Result<Total> apply(const AddLater& later, Moment& moment, Effects& effects) {
        const Instant at = moment.now() + later.delay;
        if (later.durable)
            effects.timer("add", at, Added{later.amount});
        else
            effects.volatile_timer("add", at, Added{later.amount});
        return Total{row_.value, 0};
    }

    [[nodiscard]] bool empty() const { return !exists_; }

    static constexpr std::string_view name = number == tally_kind ? "tally" : "pair";
    static constexpr std::array measures = {
        Measure{"tally_value", "What all have", "kind", name},
        Measure{"tally_added_total", "Additions", "kind", name, true}};
    void measure(Measured& out) const {
        out[0] = row_.value;
        out[1] = added_;
    }

private:
    void write(std::uint64_t amount, Effects& effects) {
        ++added_;
        row_.value += amount;
        exists_ = true;
        effects.put(RowKey(1), row_);
        effects.changed();
    }

    TallyRow row_;
    std::uint64_t added_ = 0;
    bool exists_ = false;
};

using Tally = TallyMachine<tally_kind>;
using PairTally = TallyMachine<pair_kind>;

// Rows in memory; commits wait while held, and fail on demand. Outlives restarts of the node.
class ScriptedStore final : public io::Store {
public:
    io::Task<Result<io::Epoch>> acquire(SlotNumber) override { co_return ++epoch_; }

    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch batch) override {
        ++commits;
        while (held) co_await gate->wait();
        if (fail_next) {
            const Error error = *fail_next;
            fail_next.reset();
            co_return error;
        }
        std::vector<Result<void>> outcome;
        for (const io::BatchSection& section : batch.sections) {
            for (const io::Row& row : section.puts) rows[row.key] = row.value;
            for (const std::string& key : section.erases) rows.erase(key);
            outcome.emplace_back();
        }
        co_return outcome;
    }

    io::Task<Result<std::vector<io::Row>>> scan(std::string from,
                                                std::string to,
                                                std::size_t limit) override {
        ++scans;
        std::vector<io::Row> result;
        for (auto it = rows.lower_bound(from); it != rows.end() && it->first < to; ++it) {
            if (result.size() == limit) break;
            result.push_back({it->first, it->second});
        }
        co_return result;
    }

    void release() {
        held = false;
        gate->notify_all();
    }

    std::map<std::string, std::string> rows;
    bool held = false;
    std::optional<Error> fail_next;
    std::uint64_t commits = 0;
    std::uint64_t scans = 0;
    io::Signal* gate = nullptr;

private:
    io::Epoch epoch_ = 0;
};

class Backend final : public sim::Program {
public:
    Backend(sim::SimNode& node, ScriptedStore& store, SlotNumber slots)
        : gate_(node.core(0).clock) {
        store.gate = &gate_;
        machines_.add<Tally>(true);
        machines_.add<PairTally>(false);
        const std::size_t cores = node.options().cores;
        for (std::size_t core = 0; core < cores; ++core) ios_.push_back(node.io(store, core));
        for (std::size_t core = 0; core < cores; ++core) {
            const KernelOptions options{slots, core, cores, &peers_};
            kernels_.push_back(std::make_unique<Kernel>(ios_[core], machines_, options));
            peers_.push_back(kernels_.back().get());
        }
        for (std::size_t core = 0; core < cores; ++core) {
            groups_.push_back(std::make_unique<io::TaskGroup>(ios_[core].executor));
            groups_.back()->spawn(boot(*kernels_[core]));
        }
    }

    Kernel& kernel(std::size_t core = 0) { return *kernels_[core]; }
    io::Io& io() { return ios_[0]; }
    void spawn(io::Task<void> task) { groups_[0]->spawn(std::move(task)); }

private:
    static io::Task<void> boot(Kernel& kernel) {
        Result<void> started = co_await kernel.start();
        CHECK(started.has_value());
    }

    io::Signal gate_;
    MachineTable machines_;
    std::vector<io::Io> ios_;
    std::vector<Kernel*> peers_;
    std::vector<std::unique_ptr<Kernel>> kernels_;
    std::vector<std::unique_ptr<io::TaskGroup>> groups_;
};

class KernelWorld {
public:
    explicit KernelWorld(std::uint64_t seed = 1, std::size_t cores = 1, SlotNumber slots = 4)
        : world_({.seed = seed}), node_(world_.add_node({.name = "node", .cores = cores})) {
        node_.start([this, slots](sim::SimNode& self) {
            return std::make_unique<Backend>(self, store, slots);
        });
        run(milliseconds(50));
    }

    // Lets virtual time pass; false if the world ended with a finding.
    bool run(Duration time = milliseconds(200)) {
        world_.run_until(world_.now() + time);
        return !world_.ended();
    }

    Backend& backend() { return static_cast<Backend&>(*node_.program()); }
    Kernel& kernel(std::size_t core = 0) { return backend().kernel(core); }
    sim::World& world() { return world_; }
    sim::SimNode& node() { return node_; }

    // Starts a command; the result appears when it is answered.
    template <class Command>
    std::shared_ptr<std::optional<Result<typename Command::Reply>>> ask(Address to,
                                                                        Command command) {
        auto result = std::make_shared<std::optional<Result<typename Command::Reply>>>();
        world_.after(Duration{}, [this, to, result, moved = std::move(command)]() mutable {
            backend().spawn(asking(backend().kernel(), to, std::move(moved), result));
        });
        return result;
    }
    // The reply, after as much virtual time as it takes (up to a second).
    template <class Command>
    Result<typename Command::Reply> tell(Address to, Command command) {
        auto result = ask(to, std::move(command));
        for (int i = 0; i < 100 && !*result; ++i) run(milliseconds(10));
        if (!*result) return Error{Errc::timed_out, "no answer"};
        return **result;
    }
    Address fresh() { return {tally_kind, kernel().fresh_id(), 0}; }
    static Address tally_in(SlotNumber slot, std::uint64_t count = 5000) {
        return {tally_kind, make_id(count, slot), 0};
    }

    ScriptedStore store;

private:
    template <class Command>
    static io::Task<void> asking(
        Kernel& kernel,
        Address to,
        Command command,
        std::shared_ptr<std::optional<Result<typename Command::Reply>>> result) {
        Result<typename Command::Reply> reply = co_await kernel.submit(to, std::move(command));
        *result = std::move(reply);
    }

    sim::World world_;
    sim::SimNode& node_;
};

}  // namespace playback::kernel::testing
