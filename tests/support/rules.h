// Rules: a tiny world for tests of domain machines, without kernel, store or coroutine.
//
// It holds machines by address, applies one input at a time, delivers what they send to each other
// in FIFO order, fires timers on a virtual slot time and collects what is sent to kinds that it
// does not know. Rows live in a map. Before each input it also rebuilds the addressed machine from
// its rows and demands that the copy answers and acts exactly as the living one (reload check); a
// refusal must leave no effects, and a machine that calls itself empty must have no rows.
//
//     Rules rules;
//     rules.add<accounts::User>();
//     Result<UserCreated> reply = rules.ask(address_of(user), CreateUser{...});
//     rules.tell(address_of(user), SomeMessage{...});            // one-way
//     rules.advance(seconds(30));                                // fires timers on the way
//     std::vector<OpenDeployment> sent = rules.take<lobby::OpenDeployment>();  // to unknown kinds
//
// What goes wrong is thrown (std::runtime_error), failed CHECKs too, so that RapidCheck shrinks it.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/random.h"
#include "engine/kernel/machine.h"

namespace playback::tests {

class Rules {
public:
    using Address = kernel::Address;
    using Rows = std::map<std::string, std::string>;

    Rules() : old_hook_(set_check_hook(&throw_failed_check)) {}
    ~Rules() { set_check_hook(old_hook_); }
    Rules(const Rules&) = delete;
    Rules& operator=(const Rules&) = delete;

    // `shared` must outlive this.
    template <class Machine, class... Shared>
    void add(const Shared&... shared) {
        table_.add<Machine>(true, shared...);
    }

    // --- inputs; each delivers all that follows from it, unless deliveries are held ---

    template <class C>
    Result<typename C::Reply> ask(const Address& to, C command) {
        using Reply = typename C::Reply;
        const kernel::Message input = kernel::make_message(std::move(command));
        Result<kernel::Message> reply = step(to, *input, &encoded_reply<Reply>);
        if (!holding_) deliver();
        if (!reply) return std::move(reply).error();
        return std::move(kernel::content<Reply>(**reply));
    }

    template <class M>
    void tell(const Address& to, M message) {
        static_assert(std::is_void_v<typename M::Reply>);
        pending_.push_back({Address{}, {to, kernel::make_message(std::move(message))}});
        if (!holding_) deliver();
    }

    // While held, sent messages wait; deliver_one and deliver hand them over in order.
    void hold_deliveries(bool hold) {
        holding_ = hold;
        if (!hold) deliver();
    }
    bool deliver_one() {
        if (pending_.empty()) return false;
        deliver_at(0);
        return true;
    }
    // Delivers the oldest message of one pair of sender and receiver, `pick` says which: only
    // messages of one pair arrive in order, whatever slots they are in.
    bool deliver_any(std::uint64_t pick) {
        if (pending_.empty()) return false;
        std::vector<std::size_t> oldest;
        std::set<std::pair<Address, Address>> pairs;
        for (std::size_t i = 0; i < pending_.size(); ++i)
            if (pairs.insert({pending_[i].from, pending_[i].send.to}).second) oldest.push_back(i);
        deliver_at(oldest[pick % oldest.size()]);
        return true;
    }
    void deliver() {
        for (std::size_t delivered = 0; deliver_one(); ++delivered)
            fail_if(delivered > deliveries_max, "messages never end");
    }
    [[nodiscard]] std::size_t undelivered() const { return pending_.size(); }

    // --- time ---

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] WallTime wall() const { return id_epoch + (now_ - Instant{}); }

    // Moves slot time, firing each timer at its instant, in order of (instant, address, name).
    void advance(Duration by) {
        const Instant end = now_ + by;
        for (std::size_t fired = 0; fire_next(end); ++fired)
            fail_if(fired > deliveries_max, "timers never end");
        now_ = end;
    }
    [[nodiscard]] bool has_timer(const Address& of, const std::string& name) const {
        return timers_.contains({of, name});
    }

    // --- reloads ---

    // Off for machines whose answers depend on volatile state; they call reload() instead.
    void check_reloads(bool on) { check_reloads_ = on; }

    // As after a crash: volatile state and volatile timers are gone, all machines are rebuilt.
    // `erased_are_back`: rows that were erased soon had not been erased yet.
    void reload(bool erased_are_back = false) {
        std::erase_if(timers_, [](const auto& timer) { return !timer.second.durable; });
        std::vector<Address> all;
        for (auto& [address, held] : machines_) {
            if (erased_are_back) held.rows.merge(held.erased_soon);
            held.erased_soon.clear();
            held.machine = nullptr;
            all.push_back(address);
        }
        for (const Address& address : all) {
            if (rows_of(address).empty())
                machines_.erase(address);
            else
                (void)hold(address);
        }
    }

    // --- what happened ---

    // The messages of type M that went to unknown kinds since they were last taken, in order.
    template <class M>
    std::vector<M> take() {
        std::vector<M> result;
        for (auto& [to, message] : take_addressed<M>()) result.push_back(std::move(message));
        return result;
    }
    template <class M>
    std::vector<std::pair<Address, M>> take_addressed() {
        std::vector<std::pair<Address, M>> result;
        std::vector<kernel::Effects::Send> rest;
        for (kernel::Effects::Send& send : strays_) {
            if (send.message->kind() == M::kind)
                result.emplace_back(send.to, std::move(kernel::content<M>(*send.message)));
            else
                rest.push_back(std::move(send));
        }
        strays_ = std::move(rest);
        return result;
    }
    [[nodiscard]] const std::vector<kernel::Effects::Send>& strays() const { return strays_; }

    [[nodiscard]] const Rows& rows_of(const Address& address) const {
        static const Rows none;
        const auto it = machines_.find(address);
        return it == machines_.end() ? none : it->second.rows;
    }
    // How often `address` raised changed().
    [[nodiscard]] std::uint64_t changes_of(const Address& address) const {
        const auto it = machines_.find(address);
        return it == machines_.end() ? 0 : it->second.changes;
    }

    // An id as the next command would get it; for entities that the shell names.
    std::uint64_t next_id() { return ids_.next_id(); }
    template <class AnyId>
    AnyId next() {
        return AnyId{ids_.next_id()};
    }

private:
    static constexpr std::size_t deliveries_max = 1'000'000;
    using EncodeReply = std::string (*)(const kernel::MessageBody&);

    class Counter final : public kernel::IdSource {
    public:
        std::uint64_t next_id() override { return make_id(count_++, 1); }

    private:
        std::uint64_t count_ = 1024 * 1024;
    };

    struct Held {
        std::unique_ptr<kernel::Aggregate> machine;
        Rows rows;
        Rows erased_soon;
        std::set<std::string> named;  // by any put ever
        std::uint64_t changes = 0;
    };
    struct Pending {
        Address from;  // zero: the test itself
        kernel::Effects::Send send;
    };
    struct Timer {
        Instant at;
        kernel::Message command;
        bool durable;
    };

    [[noreturn]] static void throw_failed_check(const CheckSite& site) {
        throw std::runtime_error(std::string("CHECK(") + site.expression + ") failed at " +
                                 site.file + ":" + std::to_string(site.line));
    }
    static void fail_if(bool bad, const std::string& what) {
        if (bad) throw std::runtime_error("rules: " + what);
    }

    void deliver_at(std::size_t index) {
        kernel::Effects::Send send = std::move(pending_[index].send);
        pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
        if (table_.find(send.to.kind) == nullptr) {
            strays_.push_back(std::move(send));
            return;
        }
        // By way of its stored form, as between slots.
        std::string bytes;
        send.message->encode_to(bytes);
        const Result<kernel::Message> read = table_.decode(send.message->kind(), bytes);
        fail_if(!read, "a message does not read back, or no machine has it as an input");
        (void)step(send.to, **read, nullptr);
    }

    template <class Reply>
    static std::string encoded_reply(const kernel::MessageBody& body) {
        if constexpr (Described<Reply>)
            return encode(kernel::content<Reply>(body));
        else
            return {};
    }

    std::unique_ptr<kernel::Aggregate> rebuilt(const Address& address,
                                               const Rows& rows,
                                               kernel::Effects& effects) {
        const kernel::MachineTable::Entry* entry = table_.find(address.kind);
        fail_if(entry == nullptr, "no machine of this kind");
        std::unique_ptr<kernel::Aggregate> machine = entry->make(address);
        for (const auto& [key, value] : rows) {
            const Result<void> loaded = machine->load(kernel::RowKeyReader(key), value);
            fail_if(!loaded, "a row does not load: " + (loaded ? "" : loaded.error().detail));
        }
        Counter scratch;
        kernel::Moment moment(now_, wall(), Random(1), scratch);
        machine->loaded(moment, effects);
        fail_if(!effects.writes().empty() || !effects.sends().empty(), "loaded() has effects");
        return machine;
    }

    Held& hold(const Address& address) {
        Held& held = machines_[address];
        if (held.machine) return held;
        kernel::Effects effects;
        held.machine = rebuilt(address, held.rows, effects);
        keep_timers(address, effects);
        return held;
    }

    Result<kernel::Message> step(const Address& to,
                                 const kernel::MessageBody& input,
                                 EncodeReply encode_reply) {
        ++steps_;
        Held& held = hold(to);
        std::string expected;
        if (check_reloads_) {
            kernel::Effects ignored;
            const std::unique_ptr<kernel::Aggregate> copy = rebuilt(to, held.rows, ignored);
            Counter same_ids = ids_;
            expected = play(*copy, input, same_ids, encode_reply).second.description;
        }
        auto [reply, outcome] = play(*held.machine, input, ids_, encode_reply);
        fail_if(check_reloads_ && expected != outcome.description,
                "a reloaded machine acts otherwise\n  living:   " + outcome.description +
                    "\n  reloaded: " + expected);
        keep(to, held, outcome.effects);
        fail_if(held.machine->empty() && !held.rows.empty(), "an empty machine has rows");
        return std::move(reply);
    }

    struct Outcome {
        kernel::Effects effects;
        std::string description;  // of all that is durable or leaves the machine
    };

    std::pair<Result<kernel::Message>, Outcome> play(kernel::Aggregate& machine,
                                                     const kernel::MessageBody& input,
                                                     kernel::IdSource& ids,
                                                     EncodeReply encode_reply) const {
        Outcome outcome;
        kernel::Moment moment(now_, wall(), Random::stream(7, "rules", steps_), ids);
        Result<kernel::Message> reply = machine.apply(input, moment, outcome.effects);
        std::string& text = outcome.description;
        if (!reply) {
            fail_if(!outcome.effects.empty(), "a refusal has effects");
            text =
                "refused " + std::string(name_of(reply.error().code)) + " " + reply.error().detail;
            return {std::move(reply), std::move(outcome)};
        }
        if (!check_reloads_) return {std::move(reply), std::move(outcome)};
        text = "reply ";
        if (encode_reply != nullptr) put_json_string(text, encode_reply(**reply));
        for (const auto& write : outcome.effects.writes()) {
            text += " write" + std::to_string(static_cast<int>(write.mode)) + " ";
            put_json_string(text, write.key + "=" + write.value);
        }
        for (const auto& send : outcome.effects.sends())
            text += " send " + to_json(send.to) + described(*send.message);
        for (const auto& timer : outcome.effects.timers()) {
            if (!timer.durable || !timer.command) continue;
            text += " timer " + timer.name + "@" + std::to_string(timer.at.ns) +
                    described(*timer.command);
        }
        return {std::move(reply), std::move(outcome)};
    }

    static std::string described(const kernel::MessageBody& message) {
        std::string bytes;
        message.encode_to(bytes);
        std::string text = " kind " + std::to_string(message.kind()) + " ";
        put_json_string(text, bytes);
        return text;
    }

    void keep(const Address& address, Held& held, kernel::Effects& effects) {
        using Mode = kernel::Effects::Write::Mode;
        for (kernel::Effects::Write& write : effects.writes()) {
            const bool is_put = write.mode == Mode::put || write.mode == Mode::put_new;
            if (is_put && !held.named.insert(write.key).second)
                CHECK(write.mode == Mode::put);  // the store relies on it
            if (is_put) {
                held.rows[write.key] = std::move(write.value);
            } else if (const auto it = held.rows.find(write.key); it != held.rows.end()) {
                if (write.mode == Mode::erase_soon)
                    held.erased_soon[write.key] = std::move(it->second);
                held.rows.erase(it);
            }
        }
        for (kernel::Effects::Send& send : effects.sends())
            pending_.push_back({address, std::move(send)});
        keep_timers(address, effects);
        if (effects.has_changed()) ++held.changes;
    }

    void keep_timers(const Address& address, kernel::Effects& effects) {
        for (kernel::Effects::TimerChange& change : effects.timers()) {
            if (!change.command)
                timers_.erase({address, change.name});
            else
                timers_[{address, change.name}] =
                    Timer{change.at, std::move(change.command), change.durable};
        }
    }

    bool fire_next(Instant end) {
        auto next = timers_.end();
        for (auto it = timers_.begin(); it != timers_.end(); ++it)
            if (it->second.at <= end && (next == timers_.end() || it->second.at < next->second.at))
                next = it;
        if (next == timers_.end()) return false;
        const Address to = next->first.first;
        const kernel::Message command = std::move(next->second.command);
        now_ = std::max(now_, next->second.at);
        timers_.erase(next);
        (void)step(to, *command, nullptr);
        if (!holding_) deliver();
        return true;
    }

    kernel::MachineTable table_;
    std::map<Address, Held> machines_;
    std::map<std::pair<Address, std::string>, Timer> timers_;
    std::deque<Pending> pending_;
    std::vector<kernel::Effects::Send> strays_;
    Counter ids_;
    Instant now_{seconds(1'000'000).ns};
    std::uint64_t steps_ = 0;
    bool holding_ = false;
    bool check_reloads_ = true;
    CheckHook old_hook_;
};

}  // namespace playback::tests
