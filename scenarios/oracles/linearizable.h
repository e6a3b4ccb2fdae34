// Is a history of concurrent calls linearizable: is there one order of all calls, each at one
// moment between its invocation and its return, in which every call may say what it said?
//
// The search of Wing and Gong with the memory of Lowe, as in Porcupine. Whoever uses it partitions
// by key first (linearizability is local) and describes the object by a model:
//
//   struct Model {
//       using Call = ...;                                  // what was asked and what was answered
//       using State = ...;                                 // copyable
//       static State initial();
//       static bool step(State& state, const Call& call);  // false: not the answer of this state
//       static void append(std::string& key, const State& state);  // equal keys: equal states
//   };
//
// A call whose outcome is unknown may have happened at any moment since its invocation, or never;
// its Call then says nothing about the answer. Each of them doubles the search in the worst case,
// so leave out those that nobody can have seen (`prune` of the models), and mind `undecided`. Times
// that are equal overlap. Pure: no clock, no chance, the same verdict everywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash_map.h"
#include "engine/base/time.h"

namespace playback::scenarios {

template <class Call>
struct Operation {
    Instant invoked;
    Instant returned;  // `never`: its outcome is unknown
    Call call;
};

struct Linearizability {
    enum class Verdict : std::uint8_t { linearizable, violated, undecided };
    Verdict verdict = Verdict::linearizable;
    // If violated: the operation (by its index in the history) that the longest order leaves out.
    std::size_t culprit = 0;
    std::size_t configurations = 0;  // that were looked at
};

template <class Model>
class LinearizabilitySearch {
public:
    using Call = typename Model::Call;
    using State = typename Model::State;
    using History = std::vector<Operation<Call>>;

    LinearizabilitySearch(const History& history, std::size_t configurations_max)
        : history_(history), configurations_max_(configurations_max) {
        for (std::size_t i = 0; i < history.size(); ++i)
            (history[i].returned == never ? unknown_ : known_).push_back(i);
        const auto earlier = [&history](std::size_t a, std::size_t b) {
            return std::pair(history[a].invoked, a) < std::pair(history[b].invoked, b);
        };
        std::sort(known_.begin(), known_.end(), earlier);
        std::sort(unknown_.begin(), unknown_.end(), earlier);
        taken_.assign(known_.size(), 0);
        left_ = known_.size();
        unknown_taken_.assign(unknown_.size(), 0);
    }

    Linearizability run() {
        Linearizability result;
        using enum Linearizability::Verdict;
        if (known_.empty()) return result;
        State state = Model::initial();
        enter(state);
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            if (frame.next == frame.candidates.size()) {
                leave();
                continue;
            }
            const std::size_t chosen = frame.candidates[frame.next++];
            State after = frame.state;
            if (!Model::step(after, history_[operation_of(chosen)].call)) continue;
            // What nobody heard of and what changes nothing might as well not have happened.
            if (chosen >= known_.size() && is_same(after, frame.state)) continue;
            take(chosen);
            if (left_ == 0) return finish(linearizable);
            if (!is_new(after)) {
                put_back(chosen);
                continue;
            }
            if (seen_.size() > configurations_max_) return finish(undecided);
            frame.chosen = chosen;
            enter(after);
        }
        return finish(violated);
    }

private:
    // Candidates below known_.size() are known operations, the others unknown ones.
    struct Frame {
        State state;
        std::vector<std::size_t> candidates;
        std::size_t next = 0;
        std::size_t chosen = 0;  // what led to the frame above
    };

    [[nodiscard]] std::size_t operation_of(std::size_t candidate) const {
        return candidate < known_.size() ? known_[candidate] : unknown_[candidate - known_.size()];
    }

    void take(std::size_t candidate) {
        if (candidate >= known_.size()) {
            unknown_taken_[candidate - known_.size()] = 1;
            while (unknown_base_ < unknown_.size() && unknown_taken_[unknown_base_] != 0)
                ++unknown_base_;
            return;
        }
        taken_[candidate] = 1;
        --left_;
        while (base_ < taken_.size() && taken_[base_] != 0) ++base_;
        if (base_ > furthest_) furthest_ = base_;
    }

    void put_back(std::size_t candidate) {
        if (candidate >= known_.size()) {
            unknown_taken_[candidate - known_.size()] = 0;
            unknown_base_ = std::min(unknown_base_, candidate - known_.size());
            return;
        }
        taken_[candidate] = 0;
        ++left_;
        base_ = std::min(base_, candidate);
    }

    // What may come next: nobody who returned before it was invoked is still to come.
    void enter(const State& state) {
        Frame frame{state, {}, 0, 0};
        Instant first_return = never;
        for (std::size_t i = base_; i < known_.size(); ++i) {
            if (taken_[i] != 0) continue;
            const Operation<Call>& operation = history_[known_[i]];
            if (operation.invoked > first_return) break;
            first_return = std::min(first_return, operation.returned);
            frame.candidates.push_back(i);
        }
        std::erase_if(frame.candidates,
                      [&](std::size_t i) { return history_[known_[i]].invoked > first_return; });
        for (std::size_t i = unknown_base_; i < unknown_.size(); ++i) {
            if (history_[unknown_[i]].invoked > first_return) break;
            if (unknown_taken_[i] == 0) frame.candidates.push_back(known_.size() + i);
        }
        frames_.push_back(std::move(frame));
    }

    void leave() {
        frames_.pop_back();
        if (!frames_.empty()) put_back(frames_.back().chosen);
    }

    // Has nobody been here before: the same operations taken, in whatever order, and this state?
    bool is_new(const State& state) {
        key_.clear();
        append_number(base_);
        // Beyond the first one that is missing, only those that overlap it can be taken.
        const Instant end = history_[known_[base_]].returned;
        for (std::size_t i = base_; i < known_.size() && history_[known_[i]].invoked <= end; ++i)
            if (taken_[i] != 0) append_number(i);
        append_number(SIZE_MAX);
        append_number(unknown_base_);
        for (std::size_t i = unknown_base_; i < unknown_.size(); ++i)
            if (unknown_taken_[i] != 0) append_number(i);
        append_number(SIZE_MAX);
        Model::append(key_, state);
        return seen_.insert(key_, true);
    }

    [[nodiscard]] static bool is_same(const State& a, const State& b) {
        std::string key_a;
        std::string key_b;
        Model::append(key_a, a);
        Model::append(key_b, b);
        return key_a == key_b;
    }

    void append_number(std::size_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            key_ += static_cast<char>(std::uint64_t{number} >> shift & 0xff);
    }

    Linearizability finish(Linearizability::Verdict verdict) const {
        Linearizability result;
        result.verdict = verdict;
        result.configurations = seen_.size();
        if (verdict != Linearizability::Verdict::linearizable)
            result.culprit = known_[std::min(furthest_, known_.size() - 1)];
        return result;
    }

    const History& history_;
    const std::size_t configurations_max_;
    std::vector<std::size_t> known_;    // by invocation
    std::vector<std::size_t> unknown_;  // by invocation
    std::vector<char> taken_;           // of the known ones
    std::vector<char> unknown_taken_;
    std::size_t unknown_base_ = 0;  // the first unknown one not taken
    std::size_t left_ = 0;          // known ones not taken
    std::size_t base_ = 0;          // the first known one not taken
    std::size_t furthest_ = 0;      // that base_ ever was
    std::vector<Frame> frames_;
    HashMap<std::string, bool> seen_;
    std::string key_;
};

// Beyond `configurations_max` it gives up with `undecided`.
template <class Model>
Linearizability check_linearizable(const std::vector<Operation<typename Model::Call>>& history,
                                   std::size_t configurations_max = 1'000'000) {
    LinearizabilitySearch<Model> search(history, configurations_max);
    return search.run();
}

}  // namespace playback::scenarios
