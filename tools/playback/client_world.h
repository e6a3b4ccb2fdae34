// ClientWorld: the real world as an actor needs it: a loop, a clock and a network, and nothing of
// what only a node has (whose use fails, or for metrics goes nowhere).
#pragma once

#include <string>
#include <string_view>

#include "adapters/asio/real_world.h"
#include "engine/io/container_host.h"
#include "engine/io/log.h"
#include "engine/io/metrics.h"
#include "engine/io/security.h"
#include "engine/io/store.h"

namespace playback::tools {

class NoStore final : public io::Store {
public:
    io::Task<Result<io::Epoch>> acquire(SlotNumber) override { co_return none(); }
    io::Task<Result<std::vector<Result<void>>>> commit(io::Batch) override { co_return none(); }
    io::Task<Result<std::vector<io::Row>>> scan(std::string, std::string, std::size_t) override {
        co_return none();
    }

private:
    static Error none() { return {Errc::unsupported, "this process has no store"}; }
};

class NoContainers final : public io::ContainerHosts {
public:
    Result<io::ContainerHost*> at(std::string_view) override {
        return Error{Errc::unsupported, "this process has no containers"};
    }
};

class NoSecurity final : public io::PasswordHasher, public io::TokenSigner, public io::Entropy {
public:
    io::Task<Result<std::string>> hash(std::string) override { co_return none(); }
    io::Task<Result<bool>> verify(std::string, std::string) override { co_return none(); }
    io::Task<Result<std::string>> sign(std::string) override { co_return none(); }
    std::string code(std::string_view) override { return {}; }
    [[nodiscard]] std::string key_id() const override { return {}; }
    [[nodiscard]] std::string certificate() const override { return {}; }
    void fill(std::span<char>) override { CHECK(false); }

private:
    static Error none() { return {Errc::unsupported, "this process has no secrets"}; }
};

class NoMetrics final : public io::Metrics {
public:
    io::Counter& counter(std::string_view, std::string_view, io::MetricLabels) override {
        return handle_;
    }
    io::Gauge& gauge(std::string_view, std::string_view, io::MetricLabels) override {
        return handle_;
    }
    io::Histogram& histogram(std::string_view, std::string_view, io::MetricLabels) override {
        return handle_;
    }
    [[nodiscard]] std::string render() const override { return {}; }

private:
    struct Handle final : io::Counter, io::Gauge, io::Histogram {
        void add(std::uint64_t) override {}
        void set(std::int64_t) override {}
        void observe(std::uint64_t) override {}
    };
    Handle handle_;
};

class NoLog final : public io::Log {
public:
    void write(io::LogLevel, std::string_view, std::initializer_list<io::LogField>) override {}
};

class ClientWorld {
public:
    ClientWorld() : real_({}, log_) {}

    [[nodiscard]] adapters::RealWorld& real() { return real_; }
    [[nodiscard]] io::Io io() {
        return real_.io({.store = store_,
                         .containers = containers_,
                         .passwords = security_,
                         .tokens = security_,
                         .log = log_,
                         .metrics = metrics_,
                         .entropy = security_});
    }

private:
    NoLog log_;
    NoStore store_;
    NoContainers containers_;
    NoSecurity security_;
    NoMetrics metrics_;
    adapters::RealWorld real_;
};

}  // namespace playback::tools
