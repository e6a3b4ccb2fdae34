// What no container host takes, whichever it is.
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "engine/io/container_host.h"

namespace playback::io {
namespace {

ContainerSpec good() {
    ContainerSpec spec;
    spec.name = "lobby_1";
    spec.image = "game:1";
    spec.environment = {{"A", ""}, {"B", "x=y\n"}};
    spec.labels = {{"a", "1"}, {"b", ""}};
    return spec;
}

Errc with(const std::function<void(ContainerSpec&)>& change) {
    ContainerSpec spec = good();
    change(spec);
    const Result<void> checked = check_spec(spec);
    return checked ? Errc{} : checked.error().code;
}

TEST(ContainerSpec, LimitsAreInclusive) {
    EXPECT_EQ(with([](ContainerSpec&) {}), Errc{});
    EXPECT_EQ(with([](ContainerSpec& s) { s.name = "a."; }), Errc{});
    EXPECT_EQ(with([](ContainerSpec& s) { s.name = std::string(128, 'x'); }), Errc{});
    EXPECT_EQ(with([](ContainerSpec& s) { s.cpu_limit = 1; }), Errc{});
    EXPECT_EQ(with([](ContainerSpec& s) { s.memory_limit = 6; }), Errc{});
}

TEST(ContainerSpec, WhatIsBehindThemIsRefused) {
    constexpr Errc no = Errc::invalid_argument;
    for (const std::string& name : {std::string(),
                                    std::string("a"),
                                    std::string("_a"),
                                    std::string("a/b"),
                                    std::string("a b"),
                                    std::string(129, 'x'),
                                    std::string("..")})
        EXPECT_EQ(with([&](ContainerSpec& s) { s.name = name; }), no) << name;
    EXPECT_EQ(with([](ContainerSpec& s) { s.image.clear(); }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.environment = {{"", "x"}}; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.environment = {{"A=B", "x"}}; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.environment = {{"A", std::string(1, '\0')}}; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.labels = {{"b", ""}, {"a", ""}}; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.cpu_limit = 0; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.cpu_limit = 100'001; }), no);
    EXPECT_EQ(with([](ContainerSpec& s) { s.memory_limit = 5; }), no);
}

}  // namespace
}  // namespace playback::io
