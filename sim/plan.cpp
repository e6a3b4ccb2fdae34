#include "sim/plan.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/describe.h"
#include "engine/base/hash.h"
#include "engine/base/random.h"
#include "sim/fault_catalogue.h"

namespace playback::sim {
namespace {

using Json = nlohmann::json;

// --- writing ---

void put(std::string& out, const PlanValue& value) {
    if (const auto* const number = std::get_if<std::int64_t>(&value))
        out += std::to_string(*number);
    else
        put_json_string(out, std::get<std::string>(value));
}

void put(std::string& out, std::int64_t value) {
    out += std::to_string(value);
}

template <class Map>
void put_map(std::string& out, const Map& map) {
    out += "{";
    for (const auto& [name, value] : map) {
        if (out.back() != '{') out += ", ";
        put_json_string(out, name);
        out += ": ";
        put(out, value);
    }
    out += "}";
}

void put_text(std::string& out, std::string_view name, std::string_view value) {
    out += ", ";
    put_json_string(out, name);
    out += ": ";
    put_json_string(out, value);
}

void put_item(std::string& out, const PlanOp& op) {
    out += "{\"id\": " + std::to_string(op.id) + ", \"at_ns\": " + std::to_string(op.at.ns);
    put_text(out, "actor", op.actor);
    put_text(out, "kind", op.kind);
    out += ", \"args\": ";
    put_map(out, op.args);
    out += "}";
}

void put_item(std::string& out, const PlanFault& fault) {
    out += "{\"id\": " + std::to_string(fault.id) + ", \"at_ns\": " + std::to_string(fault.at.ns);
    out += ", \"duration_ns\": " + std::to_string(fault.duration.ns);
    put_text(out, "kind", fault.kind);
    put_text(out, "target", fault.target);
    out += ", \"args\": ";
    put_map(out, fault.args);
    out += "}";
}

void put_item(std::string& out, const Choice& choice) {
    out += "{\"id\": " + std::to_string(choice.id);
    put_text(out, "core", choice.core);
    const auto number = [&out](std::string_view name, auto value) {
        out += ", \"";
        out += name;
        out += "\": " + std::to_string(value);
    };
    number("pick", choice.pick);
    number("from", choice.from);
    number("to", choice.to);
    number("hold_ns", choice.hold.ns);
    out += "}";
}

template <class Item>
void put_list(std::string& out, const std::vector<Item>& items) {
    out += "[";
    for (const Item& item : items) {
        out += out.back() == '[' ? "\n    " : ",\n    ";
        put_item(out, item);
    }
    out += items.empty() ? "]" : "\n  ]";
}

std::string write_plan(const Plan& plan, bool with_recorded) {
    std::string out = "{\n  \"version\": " + std::to_string(plan_version);
    const auto field = [&out](std::string_view name) {
        out += ",\n  ";
        put_json_string(out, name);
        out += ": ";
    };
    field("scenario");
    put_json_string(out, plan.scenario);
    field("profile");
    put_json_string(out, plan.profile);
    field("seed");
    out += std::to_string(plan.seed);
    field("length_ns");
    out += std::to_string(plan.length.ns);
    field("topology");
    put_map(out, plan.topology);
    field("knobs");
    put_map(out, plan.knobs);
    field("ops");
    put_list(out, plan.ops);
    field("faults");
    put_list(out, plan.faults);
    if (plan.schedule) {
        field("schedule");
        put_list(out, *plan.schedule);
    }
    if (with_recorded && plan.recorded) {
        field("recorded");
        out += "{";
        put_json_string(out, "verdict");
        out += ": ";
        put_json_string(out, plan.recorded->verdict);
        put_text(out, "fingerprint", plan.recorded->fingerprint);
        put_text(out, "trace_hash", hash_text(plan.recorded->trace_hash));
        put_text(out, "build", plan.recorded->build);
        out += "}";
    }
    return out + "\n}\n";
}

// --- reading ---

// One object: hands out its fields and knows which were not asked for. The first error stays.
class Reader {
public:
    Reader(const Json& object, std::string path, std::string& error)
        : object_(object), path_(std::move(path)), error_(error) {
        if (!object_.is_object()) fail("", "must be an object");
    }

    template <std::integral Number>
    void number(const char* name, Number& out, Number least) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        const bool fits = found->is_number_integer() &&
                          (found->is_number_unsigned() || std::signed_integral<Number>);
        if (!fits) return fail(name, "must be a whole number");
        if (found->is_number_unsigned() && !std::in_range<Number>(found->get<std::uint64_t>()))
            return fail(name, "is too large");
        const Number value = found->get<Number>();
        if (value < least) return fail(name, "must be at least " + std::to_string(least));
        out = value;
    }

    // A time or a span of time.
    void time(const char* name, std::int64_t& out) {
        number(name, out, std::int64_t{0});
        if (out > plan_time_max.ns)
            fail(name, "must be at most " + std::to_string(plan_time_max.ns) + " (a day)");
    }

    void text(const char* name, std::string& out) {
        const Json* const found = take(name);
        if (found == nullptr) return;
        if (!found->is_string()) return fail(name, "must be a string");
        out = found->get<std::string>();
    }

    void values(const char* name, PlanArgs& out) {
        const Json* const found = object(name);
        if (found == nullptr) return;
        for (const auto& [key, value] : found->items()) {
            if (value.is_string())
                out.emplace(key, value.get<std::string>());
            else if (is_number(value))
                out.emplace(key, value.get<std::int64_t>());
            else
                return fail(std::string(name) + "." + key, "must be a whole number or a string");
        }
    }

    void numbers(const char* name, std::map<std::string, std::int64_t, std::less<>>& out) {
        const Json* const found = object(name);
        if (found == nullptr) return;
        for (const auto& [key, value] : found->items()) {
            if (!is_number(value))
                return fail(std::string(name) + "." + key, "must be a whole number");
            out.emplace(key, value.get<std::int64_t>());
        }
    }

    const Json* list(const char* name) {
        const Json* const found = take(name);
        if (found != nullptr && !found->is_array()) fail(name, "must be a list");
        return ok() ? found : nullptr;
    }

    const Json* optional(const char* name) {
        known_.insert(name);
        if (!ok() || !object_.contains(name)) return nullptr;
        return &object_[name];
    }

    // All fields have been asked for.
    void finish() {
        if (!ok()) return;
        for (const auto& [key, value] : object_.items())
            if (!known_.contains(key)) return fail(key, "is not known");
    }

    void fail(const std::string& name, const std::string& why) {
        if (ok())
            error_ = (name.empty()    ? path_
                      : path_.empty() ? name
                                      : path_ + "." + name) +
                     ": " + why;
    }
    [[nodiscard]] bool ok() const { return error_.empty(); }

private:
    static bool is_number(const Json& value) {
        if (!value.is_number_integer()) return false;
        return !value.is_number_unsigned() ||
               std::in_range<std::int64_t>(value.get<std::uint64_t>());
    }

    const Json* take(const char* name) {
        const Json* const found = optional(name);
        if (found == nullptr && ok()) fail(name, "is missing");
        return found;
    }

    const Json* object(const char* name) {
        const Json* const found = take(name);
        if (found != nullptr && !found->is_object()) fail(name, "must be an object");
        return ok() ? found : nullptr;
    }

    const Json& object_;
    std::string path_;
    std::string& error_;
    std::set<std::string, std::less<>> known_;
};

void read_item(Reader& reader, PlanOp& op) {
    reader.number("id", op.id, std::uint64_t{0});
    reader.time("at_ns", op.at.ns);
    reader.text("actor", op.actor);
    reader.text("kind", op.kind);
    reader.values("args", op.args);
}

void read_item(Reader& reader, PlanFault& fault) {
    reader.number("id", fault.id, std::uint64_t{0});
    reader.time("at_ns", fault.at.ns);
    reader.time("duration_ns", fault.duration.ns);
    reader.text("kind", fault.kind);
    reader.text("target", fault.target);
    reader.values("args", fault.args);
    // A kind that this build does not know is skipped by the run, with whatever it holds.
    const FaultKind* const kind = find_fault_kind(fault.kind);
    if (kind == nullptr) return;
    for (const FaultParameter& parameter : kind->parameters) {
        const auto found = fault.args.find(parameter.name);
        if (found == fault.args.end()) continue;
        const auto* const value = std::get_if<std::int64_t>(&found->second);
        // Shrinking goes to 0.
        const std::int64_t low = std::min<std::int64_t>(parameter.low, 0);
        if (value != nullptr && *value >= low && *value <= parameter.high) continue;
        reader.fail("args." + found->first,
                    "must be a number from " + std::to_string(low) + " to " +
                        std::to_string(parameter.high));
    }
}

void read_item(Reader& reader, Choice& choice) {
    reader.number("id", choice.id, std::uint64_t{0});
    reader.text("core", choice.core);
    reader.number("pick", choice.pick, std::uint64_t{1});
    reader.number("from", choice.from, std::uint64_t{0});
    reader.number("to", choice.to, std::uint64_t{0});
    reader.time("hold_ns", choice.hold.ns);
    if (reader.ok() && choice.to > choice.from) reader.fail("to", "must be at most from");
}

template <class Item>
void read_list(Reader& plan, const char* name, std::vector<Item>& out, std::string& error) {
    const Json* const list = plan.list(name);
    if (list == nullptr) return;
    if (list->size() > plan_events_max)
        return plan.fail(name, "holds more than " + std::to_string(plan_events_max));
    std::set<std::uint64_t> ids;
    for (const Json& element : *list) {
        Item item;
        const std::string path = std::string(name) + "[" + std::to_string(out.size()) + "]";
        Reader reader(element, path, error);
        if (reader.ok()) read_item(reader, item);
        reader.finish();
        if (reader.ok() && !ids.insert(item.id).second)
            reader.fail("id", std::to_string(item.id) + " is used twice");
        if (!reader.ok()) return;
        out.push_back(std::move(item));
    }
}

void read_recorded(const Json& object, Plan& plan, std::string& error) {
    Recorded recorded;
    std::string hash;
    Reader reader(object, "recorded", error);
    if (!reader.ok()) return;
    reader.text("verdict", recorded.verdict);
    reader.text("fingerprint", recorded.fingerprint);
    reader.text("trace_hash", hash);
    reader.text("build", recorded.build);
    reader.finish();
    const char* const last = hash.data() + hash.size();
    const bool has_prefix = hash.starts_with("0x") && hash.size() == 18;
    if (reader.ok() &&
        (!has_prefix ||
         std::from_chars(hash.data() + 2, last, recorded.trace_hash, 16).ptr != last))
        reader.fail("trace_hash", "must be 0x and 16 hexadecimal digits");
    plan.recorded = std::move(recorded);
}

void read_plan(const Json& json, Plan& plan, std::string& error) {
    Reader reader(json, "", error);
    if (!reader.ok()) {
        error = "a plan must be a JSON object";
        return;
    }
    std::int64_t version = 0;
    reader.number("version", version, std::int64_t{1});
    if (reader.ok() && version != plan_version)
        reader.fail("version", std::to_string(version) + " is not known to this build");
    reader.text("scenario", plan.scenario);
    reader.text("profile", plan.profile);
    reader.number("seed", plan.seed, std::uint64_t{0});
    reader.time("length_ns", plan.length.ns);
    reader.values("topology", plan.topology);
    reader.numbers("knobs", plan.knobs);
    read_list(reader, "ops", plan.ops, error);
    read_list(reader, "faults", plan.faults, error);
    if (reader.optional("schedule") != nullptr)
        read_list(reader, "schedule", plan.schedule.emplace(), error);
    const Json* const recorded = reader.optional("recorded");
    if (recorded != nullptr) read_recorded(*recorded, plan, error);
    reader.finish();
}

}  // namespace

std::int64_t number_of(const PlanArgs& args, std::string_view name, std::int64_t fallback) {
    const auto found = args.find(name);
    if (found == args.end()) return fallback;
    const auto* const number = std::get_if<std::int64_t>(&found->second);
    return number == nullptr ? fallback : *number;
}

std::string text_of(const PlanArgs& args, std::string_view name, std::string_view fallback) {
    const auto found = args.find(name);
    if (found == args.end()) return std::string(fallback);
    const auto* const text = std::get_if<std::string>(&found->second);
    return text == nullptr ? std::string(fallback) : *text;
}

Plan half_of(const Plan& plan) {
    Plan half = plan;
    half.recorded.reset();
    Random random = Random::stream(plan.seed, "sub-plan");
    std::erase_if(half.ops, [&](const PlanOp&) { return random.chance(1, 2); });
    std::erase_if(half.faults, [&](const PlanFault&) { return random.chance(1, 2); });
    return half;
}

std::string hash_text(std::uint64_t hash) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "0x0000000000000000";
    for (std::size_t i = text.size(); i-- > 2; hash >>= 4) text[i] = digits[hash & 15];
    return text;
}

std::string to_json(const Plan& plan) {
    return write_plan(plan, true);
}

Result<Plan> parse_plan(std::string_view json) {
    if (json.size() > plan_bytes_max) return Error{Errc::invalid_argument, "plan is too large"};
    // Each event has two braces of its own: too many are seen before all of them are read.
    const auto braces = static_cast<std::size_t>(std::ranges::count(json, '{'));
    if (braces > 2 * 2 * plan_events_max)
        return Error{Errc::invalid_argument,
                     "a plan holds at most " + std::to_string(plan_events_max) +
                         " operations and as many faults, this one more"};
    Plan plan;
    std::string error;
    try {
        read_plan(Json::parse(json), plan, error);
    } catch (const Json::parse_error& failure) {
        error = "not JSON at byte " + std::to_string(failure.byte);
    } catch (const Json::out_of_range&) {
        error = "holds a number that is too large for any field";
    }
    if (!error.empty()) return Error{Errc::invalid_argument, error};
    return plan;
}

std::uint64_t plan_hash(const Plan& plan) {
    return hash_bytes(write_plan(plan, false));
}

}  // namespace playback::sim
