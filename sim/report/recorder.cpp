#include "sim/report/recorder.h"

#include <algorithm>

#include "engine/base/check.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim {
std::string_view name_of(ItemKind kind) {
    static constexpr std::string_view names[item_kinds] = {"message",
                                                           "connection",
                                                           "fault",
                                                           "op",
                                                           "process",
                                                           "container",
                                                           "commit",
                                                           "disk",
                                                           "timer",
                                                           "work",
                                                           "point",
                                                           "log",
                                                           "state",
                                                           "finding"};
    return names[static_cast<std::size_t>(kind)];
}

// --- life ---

void Recorder::begin(Watched watched) {
    CHECK(!watched_);
    watched_.emplace(std::move(watched));
    (void)lane_of("plan", "plan");
    for (const std::string& node : watched_->nodes) {
        (void)lane_of(node, "node");
        for (const auto& [id, owner] : watched_->disks)
            if (owner == node) (void)lane_of("disk of " + node, "disk");
    }
    World& world = watched_->world;
    for (SimNode* const node : world.nodes()) {
        node->log().set_callback(
            [this, name = node->name()](std::string_view line) { see_log(name, line); });
    }
    world.trace().set_recorder([this](const TraceEvent& event) { see(event); });
}

void Recorder::end() {
    if (!watched_) return;
    World& world = watched_->world;
    world.trace().set_recorder({});
    for (SimNode* const node : world.nodes()) node->log().set_callback({});
    now_ = world.now();
    step_at_ = now_;
    flush_disks();
    look_at_state();
    for (auto& [id, connection] : connections_)
        for (int side = 0; side < 2; ++side)
            for (HeardMessage& message : connection.directions[side].ear.hang_up())
                put_message(connection, side, std::move(message));
    trace_hash_ = world.trace().hash();
    watched_.reset();
}

Recording Recorder::take() {
    CHECK(!watched_);
    Recording recording;
    if (options_.keeps_last && dropped_ > 0 && !items_.empty())
        recording.begin = items_.front().from;
    recording.begin = std::max(recording.begin, options_.from);
    recording.end = now_;
    recording.dropped = dropped_;
    recording.is_cut_behind = is_full_;
    recording.trace_hash = trace_hash_;
    // A message began before it was whole; otherwise this is their order already.
    std::vector<std::pair<Instant, std::size_t>> order;
    order.reserve(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) order.emplace_back(items_[i].from, i);
    std::ranges::sort(order);
    for (const auto& [from, i] : order) {
        Item& item = items_[i];
        item.to = std::max(item.to, item.from);
        mask(item);
        recording.items.push_back(std::move(item));
    }
    recording.lanes = std::move(lanes_);
    recording.entities = std::move(entities_);
    for (Lane& lane : recording.lanes) lane.name = masker_.without_secrets(lane.name);
    for (const auto& [entity, fields] : base_)
        for (const auto& [field, value] : fields)
            recording.base.push_back({entity, field, masker_.without_secrets(value)});
    return recording;
}

void Recorder::mask(Item& item) const {
    item.text = masker_.without_secrets(std::move(item.text));
    item.detail = masker_.without_secrets(std::move(item.detail));
    for (Change& change : item.changes)
        change.value = masker_.without_secrets(std::move(change.value));
}

// --- items ---

std::uint64_t Recorder::events() const {
    return watched_ ? watched_->world.events() : UINT64_MAX;
}

bool Recorder::is_kept() const {
    return events() >= options_.skip_events && now_ >= options_.from && !is_full_;
}

std::uint64_t Recorder::put(Item item) {
    const std::uint64_t number = first_ + items_.size();
    if (!is_kept()) {
        ++dropped_;
        return UINT64_MAX;
    }
    items_.push_back(std::move(item));
    if (items_.size() <= options_.items_max) return number;
    if (options_.keeps_last)
        drop_first();
    else
        is_full_ = true;
    return number;
}

// What it changed is known from the beginning of the window then.
void Recorder::drop_first() {
    for (const Change& change : items_.front().changes) {
        if (change.value.empty())
            base_[change.entity].erase(change.field);
        else
            base_[change.entity][change.field] = change.value;
    }
    items_.pop_front();
    ++first_;
    ++dropped_;
}

Item* Recorder::find(std::uint64_t number) {
    if (number < first_ || number - first_ >= items_.size()) return nullptr;
    return &items_[number - first_];
}

std::uint32_t Recorder::lane_of(const std::string& name, std::string_view kind) {
    const auto found = std::ranges::find(lanes_, name, &Lane::name);
    if (found != lanes_.end()) return static_cast<std::uint32_t>(found - lanes_.begin());
    lanes_.push_back({name, std::string(kind)});
    return static_cast<std::uint32_t>(lanes_.size() - 1);
}

std::uint32_t Recorder::lane_of_node(std::uint64_t id) {
    auto found = node_names_.find(id);
    if (found == node_names_.end()) {
        if (!watched_) return no_lane;
        for (const SimNode* const node : watched_->world.nodes())
            if (node->id() == id) found = node_names_.emplace(id, node->name()).first;
        if (found == node_names_.end()) return no_lane;
    }
    const bool is_container = found->second.find('#') != std::string::npos;
    return lane_of(found->second, is_container ? "container" : "node");
}

std::uint32_t Recorder::entity_of(const std::string& kind, const std::string& name) {
    const auto next = static_cast<std::uint32_t>(entities_.size());
    const auto [found, is_new] = entity_numbers_.try_emplace(std::pair(kind, name), next);
    if (is_new) entities_.push_back({kind, name});
    return found->second;
}

// --- what happens ---

void Recorder::see(const TraceEvent& event) {
    if (event.kind == TraceKind::step) {
        see_step();
        now_ = step_at_ = event.at;
        return;
    }
    now_ = event.at;
    const bool is_of_cores = event.kind == TraceKind::posted || event.kind == TraceKind::picked;
    if (is_of_cores || event.kind == TraceKind::planned) return;
    did_anything_ = true;
    Item item{.from = now_, .to = now_};
    switch (event.kind) {
        case TraceKind::send:
            return see_send(event);
        case TraceKind::deliver:
            return see_deliver(event);
        case TraceKind::network:
            return see_network(event);
        case TraceKind::disk:
            return see_disk(event);
        case TraceKind::fault:
            return see_fault(event);
        case TraceKind::batch:
            return see_batch(event);
        case TraceKind::process:
            return see_process(event);
        case TraceKind::container:
            return see_container(event);
        case TraceKind::timer:
            item.kind = ItemKind::timer;
            item.lane = lane_of_node(event.subject >> 8);
            item.text = "a timer fires";
            break;
        case TraceKind::offload:
            item.kind = ItemKind::work;
            item.lane = lane_of_node(event.subject >> 8);
            item.to = now_ + nanoseconds(static_cast<std::int64_t>(event.a));
            item.text = "work off the loop";
            break;
        case TraceKind::op:
            item.kind = ItemKind::op;
            item.lane = lane_of("plan", "plan");
            item.id = event.subject;
            item.is_bad = event.a == 0;
            item.text = std::string(event.bytes) + (event.a == 0 ? " (skipped)" : "");
            break;
        case TraceKind::note:
            item.kind = ItemKind::finding;
            item.lane = lane_of("judge", "judge");
            item.is_bad = true;
            item.text = event.bytes;
            break;
        case TraceKind::step:
        case TraceKind::schedule:
        case TraceKind::draw:
        case TraceKind::crossing:
        case TraceKind::planned:
        case TraceKind::posted:
        case TraceKind::picked:
            return;
    }
    (void)put(std::move(item));
}

// A step begins: nothing runs, so what the one before has done can be looked at.
void Recorder::see_step() {
    if (did_anything_) {
        now_ = step_at_;
        flush_disks();
        if (is_kept()) look_at_state();
        did_anything_ = false;
    }
}

// --- messages ---

void Recorder::see_send(const TraceEvent& event) {
    Connection& connection = connections_[event.subject];
    const int side = event.a == 0 ? 0 : 1;
    for (HeardMessage& message : connection.directions[side].ear.hear(event.bytes, now_))
        put_message(connection, side, std::move(message));
}

void Recorder::put_message(Connection& connection, int side, HeardMessage message) {
    Direction& direction = connection.directions[side];
    Item item{.from = message.from, .to = message.from, .kind = ItemKind::message};
    item.lane = connection.lanes[side];
    item.other = connection.lanes[1 - side];
    item.is_bad = true;  // until it arrives
    item.text = message.line;
    if (message.line.empty()) {
        item.text = std::to_string(message.bytes) + " bytes";
    } else if (message.is_request) {
        direction.asked.push_back(message.line);
    } else if (auto& asked = connection.directions[1 - side].asked; !asked.empty()) {
        item.text += " to " + asked.front();
        if (!message.line.starts_with("1")) asked.pop_front();
    }
    item.text = printable(masker_.mask(item.text), 200);
    item.detail = connection.ends;
    if (!message.is_complete) item.detail += "\nIt was not sent to its end.";
    if (!message.body.empty())
        item.detail += "\n" + printable(masker_.mask(message.body), options_.detail_max);
    const std::uint64_t number = put(std::move(item));
    if (number != UINT64_MAX) direction.under_way.push_back({number, message.end});
}

void Recorder::see_deliver(const TraceEvent& event) {
    Connection& connection = connections_[event.subject];
    Direction& direction = connection.directions[event.a == 0 ? 0 : 1];
    const std::uint64_t arrived = event.b >> 2;
    while (!direction.under_way.empty() && direction.under_way.front().end <= arrived) {
        if (Item* const item = find(direction.under_way.front().item); item != nullptr) {
            item->to = now_;
            item->is_bad = false;
        }
        direction.under_way.pop_front();
    }
}

void Recorder::see_network(const TraceEvent& event) {
    const auto known = connections_.find(event.subject);
    if (known == connections_.end()) {
        Connection& connection = connections_[event.subject];
        connection.lanes[0] = lane_of_node(event.a);
        connection.lanes[1] = lane_of_node(event.b);
        connection.ends =
            "connection " + std::to_string(event.subject) + ", " + std::string(event.bytes);
        Item item{.from = now_, .to = now_, .kind = ItemKind::connection};
        item.lane = connection.lanes[0];
        item.other = connection.lanes[1];
        item.text = "connects: " + std::string(event.bytes);
        (void)put(std::move(item));
        return;
    }
    Connection& connection = known->second;
    const int side = event.a == 0 ? 0 : 1;
    Item item{.from = now_, .to = now_, .kind = ItemKind::connection};
    item.lane = connection.lanes[side];
    item.text = "connection " + std::to_string(event.subject) + ": " + std::string(event.bytes);
    item.detail = connection.ends;
    item.is_bad = event.bytes != "close" && event.bytes != "fin";
    (void)put(std::move(item));
}

}  // namespace playback::sim
