#include "scenarios/oracles/models.h"

#include <algorithm>

namespace playback::scenarios {
namespace {

void append_number(std::string& key, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) key += static_cast<char>(number >> shift & 0xff);
}

}  // namespace

bool RegisterModel::step(State& state, const Call& call) {
    if (!call.writes) return state == call.value;
    state = call.value;
    return true;
}

void RegisterModel::append(std::string& key, const State& state) {
    append_number(key, state);
}

RegisterModel::History RegisterModel::prune(const History& history) {
    std::set<std::uint64_t> read;
    for (const Operation<Call>& operation : history)
        if (!operation.call.writes && operation.returned != never)
            read.insert(operation.call.value);
    History kept;
    for (const Operation<Call>& operation : history) {
        const bool is_known = operation.returned != never;
        if (is_known || (operation.call.writes && read.contains(operation.call.value)))
            kept.push_back(operation);
    }
    return kept;
}

bool NameModel::step(State& state, const Call& call) {
    switch (call.kind) {
        case Kind::grant:
            if (state.owner != 0 && !state.gone.contains(state.owner)) return false;
            state.owner = call.owner;
            return true;
        case Kind::enter:
            return call.was_let_in ==
                   (state.owner == call.owner && !state.gone.contains(call.owner));
        case Kind::dismiss:
            state.gone.insert(call.owner);
            return true;
    }
    return false;
}

void NameModel::append(std::string& key, const State& state) {
    append_number(key, state.owner);
    for (const std::uint64_t owner : state.gone) append_number(key, owner);
}

bool DeploymentModel::step(State& state, const Call& call) {
    switch (call.kind) {
        case Kind::open:
            if (state != Status::none) return false;
            state = Status::open;
            return true;
        case Kind::supersede:
            if (state == Status::open) state = Status::closed;
            return true;
        case Kind::look:
            // A closed one has emptied by now.
            if (call.seen == Status::gone && state == Status::closed) state = Status::gone;
            return state == call.seen;
        case Kind::remove:
            if (state != Status::open && state != Status::closed) return false;
            state = Status::gone;
            return true;
    }
    return false;
}

void DeploymentModel::append(std::string& key, const State& state) {
    key += static_cast<char>(state);
}

DeploymentModel::History DeploymentModel::prune(const History& history) {
    const bool has_ended = std::ranges::any_of(history, [](const Operation<Call>& operation) {
        return operation.call.kind == Kind::remove || operation.call.seen == Status::closed ||
               operation.call.seen == Status::gone;
    });
    History kept;
    for (const Operation<Call>& operation : history)
        if (operation.returned != never || has_ended) kept.push_back(operation);
    return kept;
}

}  // namespace playback::scenarios
