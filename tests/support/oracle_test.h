// A court of its own for each test of an oracle, and what it heard.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class OracleTest : public ::testing::Test {
protected:
    Instant now = Instant{} + minutes(10);
    Instant trouble{-1};     // the last moment at which something was wrong; before the run: none
    std::string trouble_of;  // with which group of faults; empty: with each
    std::vector<std::string> complaints;
    Court court{{[this] { return now; },
                 [this](std::string invariant, std::string, std::string) {
                     complaints.push_back(std::move(invariant));
                 },
                 {},
                 [this](std::string_view group, Instant from, Instant to) {
                     return trouble >= from && trouble <= to &&
                            (trouble_of.empty() || group == trouble_of);
                 }}};

    void pass(Duration time) { now = now + time; }
    void expect(const std::string& invariant) {
        ASSERT_FALSE(complaints.empty()) << invariant << " does not bite";
        EXPECT_EQ(complaints.front(), invariant);
        EXPECT_GT(court.checks().count(invariant), 0U);
    }
    void expect_content() { EXPECT_TRUE(complaints.empty()) << complaints.front(); }
};

}  // namespace playback::scenarios
