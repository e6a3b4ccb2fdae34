#include "engine/base/result.h"

#include <memory>
#include <set>

#include <gtest/gtest.h>

namespace playback {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error{Errc::invalid_argument, "odd"};
    return number / 2;
}

Result<int> quarter(int number) {
    TRY(first, half(number));
    TRY(second, half(first));
    return second;
}

Result<void> check_even(int number) {
    TRY_VOID(half(number));
    return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
    TRY(value, half(number));
    return std::make_unique<int>(value);
}

TEST(Result, TryTakesTheValueOrReturnsTheError) {
    EXPECT_EQ(quarter(12), 3);
    ASSERT_FALSE(quarter(6));
    EXPECT_EQ(quarter(6).error(), (Error{Errc::invalid_argument, "odd"}));
    EXPECT_TRUE(check_even(2));
    EXPECT_EQ(check_even(3).error().code, Errc::invalid_argument);
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
    auto box = boxed(8);
    ASSERT_TRUE(box);
    const std::unique_ptr<int> taken = *std::move(box);
    EXPECT_EQ(*taken, 4);
}

TEST(Errc, EveryCodeHasItsOwnName) {
    std::set<std::string_view> names;
    for (int code = 1; code <= static_cast<int>(Errc::unsupported); ++code)
        names.insert(name_of(static_cast<Errc>(code)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::unsupported));
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_EQ(name_of(static_cast<Errc>(200)), "unknown");
}

}  // namespace
}  // namespace playback
