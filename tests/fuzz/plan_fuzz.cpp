// Fuzz target: the parser of plan files. What it takes is written and read again as the same plan,
// every half of it is a plan too, and its hash is that of its text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/check.h"
#include "sim/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace playback;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<sim::Plan> plan = sim::parse_plan(text);
    if (!plan) {
        CHECK(!plan.error().detail.empty());
        return 0;
    }
    CHECK(plan->length <= sim::plan_time_max);
    const Result<sim::Plan> again = sim::parse_plan(sim::to_json(*plan));
    CHECK(again.has_value() && *again == *plan);
    CHECK(sim::plan_hash(*again) == sim::plan_hash(*plan));
    const Result<sim::Plan> half = sim::parse_plan(sim::to_json(sim::half_of(*plan)));
    CHECK(half.has_value() && half->ops.size() <= plan->ops.size());
    return 0;
}
