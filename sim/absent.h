// AbsentStore and AbsentContainers: what a process has that was given no store and no containers.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/container_host.h"
#include "engine/io/store.h"

namespace playback::sim {

class AbsentStore final : public io::Store {
public:
    io::Task<Result<io::Epoch>> acquire(SlotNumber) override {
        co_return Error{Errc::unsupported, "this process has no store"};
    }
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch) override {
        co_return Error{Errc::unsupported, "this process has no store"};
    }
    io::Task<Result<std::vector<io::Row>>> scan(std::string, std::string, std::size_t) override {
        co_return Error{Errc::unsupported, "this process has no store"};
    }
};

class AbsentContainers final : public io::ContainerHosts {
public:
    Result<io::ContainerHost*> at(std::string_view address) override {
        return Error{Errc::invalid_argument, "no container host: " + std::string(address)};
    }
};

}  // namespace playback::sim
