// What the recorder makes of disks, faults, batches, processes, containers, logs and states.
#include <algorithm>
#include <iterator>
#include <set>

#include "sim/fault_catalogue.h"
#include "sim/node.h"
#include "sim/report/recorder.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

constexpr std::size_t log_line_max = 400;

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 10'000) return std::to_string(bytes) + " B";
    return std::to_string(bytes / 1024) + " KB";
}

}  // namespace

// --- disks ---

void Recorder::see_disk(const TraceEvent& event) {
    static constexpr std::string_view names[] = {"open",
                                                 "read",
                                                 "write",
                                                 "truncate",
                                                 "sync",
                                                 "remove",
                                                 "rename",
                                                 "sync of the directory",
                                                 "lock",
                                                 "a read fails",
                                                 "a write fails",
                                                 "a sync fails",
                                                 "the disk is full",
                                                 "the disk stands still",
                                                 "bytes rot",
                                                 "the process is gone",
                                                 "power is lost",
                                                 "content after the power loss",
                                                 "an open fails",
                                                 "a write goes to the wrong place",
                                                 "the disk lies"};
    constexpr std::uint64_t first_bad = 9;
    DiskWork& work = disk_work_[event.subject];
    const std::uint64_t operation = event.a & 0xff;
    if (operation == 1) {
        ++work.reads;
        work.read_bytes += event.bytes.size();
    } else if (operation == 2) {
        ++work.writes;
        work.write_bytes += event.bytes.size();
    } else {
        if (!work.other.empty()) work.other += ", ";
        work.other += operation < std::size(names) ? names[operation] : "something";
        work.is_bad = work.is_bad || operation >= first_bad;
    }
}

void Recorder::flush_disks() {
    for (const auto& [disk, work] : disk_work_) {
        const auto owner = watched_->disks.find(disk);
        const std::string name =
            owner == watched_->disks.end() ? std::to_string(disk) : "of " + owner->second;
        Item item{.from = now_, .to = now_, .kind = ItemKind::disk};
        item.lane = lane_of("disk " + name, "disk");
        item.is_bad = work.is_bad;
        const auto add = [&item](const std::string& text) {
            item.text += (item.text.empty() ? "" : ", ") + text;
        };
        if (work.writes > 0)
            add(std::to_string(work.writes) + (work.writes == 1 ? " write of " : " writes of ") +
                bytes_text(work.write_bytes));
        if (!work.other.empty()) add(work.other);
        if (work.reads > 0)
            add(std::to_string(work.reads) + (work.reads == 1 ? " read" : " reads"));
        (void)put(std::move(item));
    }
    disk_work_.clear();
}

// --- faults, batches, processes ---

void Recorder::see_fault(const TraceEvent& event) {
    const std::string text(event.bytes);
    const std::string kind = text.substr(0, text.find(' '));
    if (find_fault_kind(kind) == nullptr) {
        Item item{.from = now_, .to = now_, .kind = ItemKind::point};
        item.lane = lane_of_node(event.subject);
        item.text = "fault point " + text;
        (void)put(std::move(item));
        return;
    }
    if (event.a == 0) {
        const auto open = open_faults_.find(event.subject);
        if (open == open_faults_.end()) return;
        if (Item* const item = find(open->second.item); item != nullptr) item->to = now_;
        open_faults_.erase(open);
        return;
    }
    if (event.a == 2) {  // one that waited for its moment
        Item item{
            .from = now_, .to = now_, .kind = ItemKind::point, .lane = lane_of("plan", "plan")};
        item.text = kind + " strikes";
        (void)put(std::move(item));
        return;
    }
    Item item{.from = now_, .to = now_, .kind = ItemKind::fault};
    item.lane = lane_of("plan", "plan");
    item.id = event.subject;
    item.is_bad = true;
    item.text = text;
    open_faults_[event.subject] = {put(std::move(item)), text};
}

// a: its number; b: 0 begins, 1 is durable, 2 failed.
void Recorder::see_batch(const TraceEvent& event) {
    if (event.b == 0) {
        Item item{.from = now_, .to = now_, .kind = ItemKind::commit};
        item.lane = lane_of_node(event.subject);
        item.is_bad = true;  // until it is durable
        item.text = event.bytes;
        open_batches_[event.a] = put(std::move(item));
        return;
    }
    const auto open = open_batches_.find(event.a);
    if (open == open_batches_.end()) return;
    if (Item* const item = find(open->second); item != nullptr) {
        item->to = now_;
        item->is_bad = event.b != 1;
        item->detail = event.bytes;
    }
    open_batches_.erase(open);
}

void Recorder::see_process(const TraceEvent& event) {
    const std::uint32_t lane = lane_of_node(event.subject);
    Item item{.from = now_, .to = now_, .kind = ItemKind::process, .lane = lane};
    const std::string text(event.bytes);
    if (text.starts_with("boot ")) {
        item.text = event.a > 1 ? "starts again" : "starts";
        if (event.a > 1) item.detail = "life " + std::to_string(event.a) + " of this node";
        for (SimNode* const node : watched_->world.nodes()) {
            if (node->id() != event.subject) continue;
            node->log().set_callback(
                [this, name = node->name()](std::string_view line) { see_log(name, line); });
        }
    } else if (text.starts_with("pause ")) {
        item.text = "stands still";
        item.to = now_ + nanoseconds(static_cast<std::int64_t>(event.a));
        item.is_bad = true;
    } else {
        item.text = "ends: " + text;
        item.is_bad = true;
    }
    (void)put(std::move(item));
}

void Recorder::see_container(const TraceEvent& event) {
    Item item{.from = now_, .to = now_, .kind = ItemKind::container};
    item.lane = lane_of_node(event.subject);
    item.text = "container " + std::to_string(event.a) + ": " + std::string(event.bytes);
    item.is_bad = event.bytes.starts_with("end ");
    (void)put(std::move(item));
}

void Recorder::see_log(std::string_view node, std::string_view line) {
    Item item{.from = now_, .to = now_, .kind = ItemKind::log};
    item.lane = lane_of(std::string(node), "node");
    item.text = printable(masker_.mask(line), log_line_max);
    (void)put(std::move(item));
}

// --- what is known ---

// True if anything of it is new.
bool Recorder::compare(const EntityState& state, std::vector<Change>& changes) {
    const std::uint32_t entity = entity_of(state.kind, state.name);
    Fields& before = known_[entity];
    const std::size_t first = changes.size();
    for (const auto& [field, value] : state.fields) {
        std::string& old = before[field];
        if (old == value) continue;
        old = value;
        changes.push_back({entity, field, printable(masker_.mask(value), options_.detail_max)});
    }
    if (before.size() > state.fields.size()) {
        std::erase_if(before, [&](const auto& known) {
            const auto is_same = [&](const auto& field) { return field.first == known.first; };
            if (std::ranges::any_of(state.fields, is_same)) return false;
            changes.push_back({entity, known.first, ""});
            return true;
        });
    }
    return changes.size() > first;
}

void Recorder::look_at_state() {
    std::vector<Change> changes;
    std::vector<EntityState> now = watched_->state();
    constexpr std::size_t named_max = 4;
    std::size_t changed = 0;
    std::string text;
    bool same_entities = now.size() == seen_.size();
    for (std::size_t i = 0; i < now.size(); ++i) {
        // Nearly all is as it was, at the same place.
        if (i < seen_.size() && now[i] == seen_[i]) continue;
        same_entities =
            same_entities && now[i].kind == seen_[i].kind && now[i].name == seen_[i].name;
        if (!compare(now[i], changes) || ++changed > named_max) continue;
        if (!text.empty()) text += ", ";
        text += now[i].kind + " " + now[i].name;
    }
    if (changed > named_max) text += " and " + std::to_string(changed - named_max) + " more";
    if (!same_entities) forget_gone(now, changes);
    seen_ = std::move(now);
    const bool is_first = !has_looked_;
    has_looked_ = true;
    if (changes.empty()) return;
    if (is_first) {
        // The window begins with what is known already.
        for (const Change& change : changes) base_[change.entity][change.field] = change.value;
        return;
    }
    Item item{.from = now_, .to = now_, .kind = ItemKind::state};
    item.lane = lane_of("judge", "judge");
    item.text = text.empty() ? "something is gone" : text;
    item.changes = std::move(changes);
    (void)put(std::move(item));
}

void Recorder::forget_gone(const std::vector<EntityState>& now, std::vector<Change>& changes) {
    std::set<std::uint32_t> there;
    for (const EntityState& state : now) there.insert(entity_of(state.kind, state.name));
    for (auto& [entity, fields] : known_) {
        if (there.contains(entity)) continue;
        for (const auto& [field, value] : fields) changes.push_back({entity, field, ""});
        fields.clear();
    }
}

}  // namespace playback::sim
