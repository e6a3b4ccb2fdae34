// Machine: how the kernel holds a domain state machine whose type it does not know.
//
// A machine is a class of engine/domain:
//
//     class User {
//     public:
//         static constexpr kernel::Kind kind = kinds::user;
//         using Inputs = kernel::Inputs<CreateUser, DeleteUser, ...>;
//
//         explicit User(const kernel::Address& self);
//         // One stored row, in key order, before any input. Fails with `corrupt`.
//         Result<void> load(kernel::RowKeyReader key, std::string_view value);
//         // Validate first, mutate after: a refusal leaves state and effects as they were.
//         Result<UserCreated> apply(const CreateUser&, kernel::Moment&, kernel::Effects&);
//         void apply(const Deleted&, kernel::Moment&, kernel::Effects&);   // Reply = void
//         // Nothing is stored and nothing needs to be remembered: may be dropped from memory.
//         [[nodiscard]] bool empty() const;
//         // Optional: called once after all rows are loaded, also for an aggregate with no rows.
//         void loaded(kernel::Moment&, kernel::Effects&);                  // volatile timers only
//         // Optional: load all of this kind when the slot starts (they have volatile timers).
//         static constexpr bool load_at_start = true;
//         // Optional: what can be watched of it (measures.h).
//         static constexpr std::array measures = {kernel::Measure{...}};
//         void measure(kernel::Measured& out) const;
//     };
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "engine/base/result.h"
#include "engine/kernel/effects.h"
#include "engine/kernel/measures.h"
#include "engine/kernel/message.h"
#include "engine/kernel/moment.h"
#include "engine/kernel/rows.h"

namespace playback::kernel {

template <class... T>
struct Inputs {};

// One resident aggregate, whatever it is.
class Aggregate {
public:
    virtual ~Aggregate() = default;
    virtual Result<void> load(RowKeyReader key, std::string_view value) = 0;
    virtual void loaded(Moment& moment, Effects& effects) = 0;
    // The reply (null for one-way inputs), or the refusal. `unsupported` for a kind it does not
    // know.
    virtual Result<Message> apply(const MessageBody& input, Moment& moment, Effects& effects) = 0;
    [[nodiscard]] virtual bool empty() const = 0;
    // Fills in its measures; returns how many it has.
    virtual std::size_t measure(Measured& out) const = 0;
};

template <class Machine>
class AggregateOf final : public Aggregate {
public:
    template <class... Shared>
    explicit AggregateOf(const Address& self, const Shared&... shared)
        : machine_(self, shared...) {}

    Result<void> load(RowKeyReader key, std::string_view value) override {
        return machine_.load(key, value);
    }
    void loaded(Moment& moment, Effects& effects) override {
        if constexpr (requires { machine_.loaded(moment, effects); })
            machine_.loaded(moment, effects);
    }
    Result<Message> apply(const MessageBody& input, Moment& moment, Effects& effects) override {
        return dispatch(input, moment, effects, typename Machine::Inputs{});
    }
    [[nodiscard]] bool empty() const override { return machine_.empty(); }
    std::size_t measure(Measured& out) const override {
        if constexpr (requires { Machine::measures; }) {
            machine_.measure(out);
            return Machine::measures.size();
        } else {
            return 0;
        }
    }

private:
    template <class... T>
    Result<Message> dispatch(const MessageBody& input,
                             Moment& moment,
                             Effects& effects,
                             Inputs<T...>) {
        Result<Message> result = Error{Errc::unsupported, "this aggregate does not know the input"};
        (void)((input.kind() == T::kind && (result = apply_one<T>(input, moment, effects), true)) ||
               ...);
        return result;
    }

    template <class T>
    Result<Message> apply_one(const MessageBody& input, Moment& moment, Effects& effects) {
        const T& value = content<T>(input);
        if constexpr (std::is_void_v<typename T::Reply>) {
            machine_.apply(value, moment, effects);
            return Message();
        } else {
            Result<typename T::Reply> reply = machine_.apply(value, moment, effects);
            if (!reply) {
                CHECK(effects.empty());  // a refusal must not leave half of its effects
                return std::move(reply).error();
            }
            return make_message(*std::move(reply));
        }
    }

    Machine machine_;
};

// Which machines there are. Filled once, when a node is put together; then read only.
class MachineTable {
public:
    using Make = std::function<std::unique_ptr<Aggregate>(const Address&)>;
    using Decode = Result<Message> (*)(std::string_view);

    struct Entry {
        Make make;
        bool named_by_id;  // else by two numbers
        bool load_at_start;
        std::span<const Measure> measures;
    };

    // `shared` (settings of the domain) is handed to every constructor after the address; it must
    // outlive the table.
    template <class Machine, class... Shared>
    void add(bool named_by_id, const Shared&... shared) {
        Make make = [&shared...](const Address& self) -> std::unique_ptr<Aggregate> {
            return std::make_unique<AggregateOf<Machine>>(self, shared...);
        };
        bool load_at_start = false;
        if constexpr (requires { Machine::load_at_start; }) load_at_start = Machine::load_at_start;
        std::span<const Measure> measures;
        if constexpr (requires { Machine::measures; }) measures = Machine::measures;
        Entry entry{std::move(make), named_by_id, load_at_start, measures};
        const bool is_new = machines_.emplace(Machine::kind, std::move(entry)).second;
        CHECK(is_new);
        add_inputs(typename Machine::Inputs{});
    }

    [[nodiscard]] const std::map<Kind, Entry>& all() const { return machines_; }

    [[nodiscard]] const Entry* find(Kind kind) const {
        const auto it = machines_.find(kind);
        return it == machines_.end() ? nullptr : &it->second;
    }

    // Reads a stored input back. Fails with `corrupt`.
    [[nodiscard]] Result<Message> decode(MessageKind kind, std::string_view bytes) const {
        const auto it = decoders_.find(kind);
        if (it == decoders_.end()) return Error{Errc::corrupt, "stored input of unknown kind"};
        return it->second(bytes);
    }

private:
    template <class... T>
    void add_inputs(Inputs<T...>) {
        (add_input<T>(), ...);
    }
    template <class T>
    void add_input() {
        if constexpr (Described<T>) {
            decoders_[T::kind] = [](std::string_view bytes) -> Result<Message> {
                Result<T> value = playback::decode<T>(bytes);
                if (!value) return std::move(value).error();
                return make_message(*std::move(value));
            };
        }
    }

    std::map<Kind, Entry> machines_;
    std::map<MessageKind, Decode> decoders_;
};

}  // namespace playback::kernel
