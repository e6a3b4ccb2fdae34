#include "sim/report/page.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "engine/base/html.h"
#include "sim/report/compare.h"
#include "sim/report/page_parts.h"

namespace playback::sim {
namespace {

using nlohmann::json;

// Each text once; items name it by number.
class Strings {
public:
    std::uint64_t number_of(const std::string& text) {
        const auto [found, is_new] = numbers_.try_emplace(text, numbers_.size());
        if (is_new) texts_.push_back(text);
        return found->second;
    }
    [[nodiscard]] const json& texts() const { return texts_; }

private:
    std::map<std::string, std::uint64_t> numbers_;
    json texts_ = json::array();
};

json changes_of(const std::vector<Change>& changes, Strings& strings) {
    json list = json::array();
    for (const Change& change : changes)
        list.push_back(
            {change.entity, strings.number_of(change.field), strings.number_of(change.value)});
    return list;
}

std::int64_t lane_number(std::uint32_t lane) {
    return lane == no_lane ? -1 : static_cast<std::int64_t>(lane);
}

// [from, duration, kind, lane, other lane, is bad, text, detail, id, changes]; the end may be cut.
json item_of(const Item& item, Strings& strings) {
    json list{item.from.ns,
              (item.to - item.from).ns,
              static_cast<int>(item.kind),
              lane_number(item.lane),
              lane_number(item.other),
              item.is_bad ? 1 : 0,
              strings.number_of(item.text),
              strings.number_of(item.detail)};
    if (item.id == 0 && item.changes.empty()) return list;
    list.push_back(item.id);
    if (!item.changes.empty()) list.push_back(changes_of(item.changes, strings));
    return list;
}

json run_of(const PageRun& run, const Plan& plan, Strings& strings) {
    const Recording& recording = run.recording;
    json lanes = json::array();
    for (const Lane& lane : recording.lanes) lanes.push_back({lane.name, lane.kind});
    json entities = json::array();
    for (const Entity& entity : recording.entities) entities.push_back({entity.kind, entity.name});
    json items = json::array();
    for (const Item& item : recording.items) items.push_back(item_of(item, strings));
    return {{"title", run.title},
            {"passed", run.findings.empty()},
            {"sentence", sentence_of(plan, run.findings, run.length)},
            {"begin", recording.begin.ns},
            {"end", recording.end.ns},
            {"dropped", recording.dropped},
            {"cut_behind", recording.is_cut_behind},
            {"hash", hash_text(recording.trace_hash)},
            {"lanes", lanes},
            {"entities", entities},
            {"base", changes_of(recording.base, strings)},
            {"items", items}};
}

json step_of(const PlanStep& step) {
    return {{"at", step.at.ns},
            {"until", step.until.ns},
            {"fault", step.is_fault},
            {"id", step.id},
            {"kind", step.kind},
            {"text", step.text},
            {"targets", step.targets}};
}

json verdict_of(const Page& page) {
    const std::vector<Finding>& findings = page.run.findings;
    json verdict{{"passed", findings.empty()},
                 {"sentence", sentence_of(page.plan, findings, page.run.length)}};
    if (findings.empty()) return verdict;
    const Finding& first = findings.front();
    verdict["invariant"] = first.invariant;
    verdict["promise"] = page.words.holds ? page.words.holds(first.invariant) : std::string();
    verdict["fingerprint"] = first.fingerprint();
    verdict["at"] = first.at.ns;
    return verdict;
}

// What cannot end the block, begin a tag, or break a script.
std::string escaped_json(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        if (c == '<')
            safe += "\\u003c";
        else if (c == '>')
            safe += "\\u003e";
        else if (c == '&')
            safe += "\\u0026";
        else
            safe += c;
    }
    return safe;
}

// One pass over the template, so that what is put in is never looked at.
std::string filled(std::string_view page, const std::map<std::string, std::string>& parts) {
    std::string text;
    for (;;) {
        const std::size_t begin = page.find("{{");
        const std::size_t end = page.find("}}", begin);
        if (end == std::string_view::npos) return text += page;
        const auto part = parts.find(std::string(page.substr(begin + 2, end - begin - 2)));
        text += page.substr(0, begin);
        if (part != parts.end()) text += part->second;
        page.remove_prefix(end + 2);
    }
}

std::string whole(const Page& page) {
    const std::string sentence = sentence_of(page.plan, page.run.findings, page.run.length);
    const std::string title = page.run.findings.empty() ? page.plan.scenario + " passes"
                                                        : page.run.findings.front().fingerprint();
    return filled(page_html,
                  {{"TITLE", escaped_html(title)},
                   {"SENTENCE", escaped_html(sentence)},
                   {"COMMAND", escaped_html(page.replay_command)},
                   {"STYLE", std::string(page_css)},
                   {"SCRIPT", std::string(page_js)},
                   {"DATA", escaped_json(page_data(page))}});
}

// Half of what is there, the older one. What it changed is known from the beginning then.
void cut_in_front(Recording& recording, std::size_t count) {
    const auto end = recording.items.begin() + static_cast<std::ptrdiff_t>(count);
    for (auto item = recording.items.begin(); item != end; ++item)
        for (Change& change : item->changes) recording.base.push_back(std::move(change));
    recording.items.erase(recording.items.begin(), end);
    recording.dropped += count;
    if (!recording.items.empty()) recording.begin = recording.items.front().from;
}

void cut_before(Recording& recording, Instant begin) {
    const auto is_before = [begin](const Item& item) { return item.from < begin; };
    const auto kept = std::ranges::find_if_not(recording.items, is_before);
    cut_in_front(recording, static_cast<std::size_t>(kept - recording.items.begin()));
    recording.begin = std::max(recording.begin, begin);
}

void cut_behind(Recording& recording, std::size_t kept) {
    if (recording.items.size() <= kept) return;
    recording.dropped += recording.items.size() - kept;
    recording.items.resize(kept);
    recording.is_cut_behind = true;
}

}  // namespace

std::string page_data(const Page& page) {
    Strings strings;
    json steps = json::array();
    for (const PlanStep& step : steps_of(page.plan, page.words)) steps.push_back(step_of(step));
    json runs = json::array({run_of(page.run, page.plan, strings)});
    json difference;
    if (page.without) {
        runs.push_back(run_of(*page.without, page.plan, strings));
        const auto first = first_difference(page.run.recording, page.without->recording);
        if (first)
            difference = {{"at", first->at.ns}, {"left", first->left}, {"right", first->right}};
    }
    json culprit;
    if (page.without) culprit = {{"id", page.culprit_id}, {"fault", page.culprit_is_fault}};
    json kinds = json::array();
    for (std::size_t kind = 0; kind < item_kinds; ++kind)
        kinds.push_back(name_of(static_cast<ItemKind>(kind)));
    const json data{{"verdict", verdict_of(page)},
                    {"facts", page.facts},
                    {"command", page.replay_command},
                    {"length", page.plan.length.ns},
                    {"steps", steps},
                    {"kinds", kinds},
                    {"culprit", culprit},
                    {"note", page.note},
                    {"difference", difference},
                    {"runs", runs},
                    {"strings", strings.texts()}};
    return data.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string render_page(Page page, std::size_t bytes_max) {
    constexpr std::size_t items_min = 50;
    for (;;) {
        std::string text = whole(page);
        Recording& recording = page.run.recording;
        if (text.size() <= bytes_max || recording.items.size() <= items_min) return text;
        cut_in_front(recording, recording.items.size() / 3);
        if (!page.without) continue;
        cut_before(page.without->recording, recording.begin);
        cut_behind(page.without->recording, recording.items.size() * 5 / 4);
    }
}

}  // namespace playback::sim
