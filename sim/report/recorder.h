// Recorder: watches a run and makes a Recording of it. It draws nothing, changes nothing and hashes
// nothing: the trace hash of a run that is recorded is that of the run alone, which whoever makes a
// report checks.
//
// Memory is bounded: of a long run the last (or the first) `items_max` items stay. What is known is
// asked for after each step that did anything, from `skip_events` or `from` on. Every text is
// masked and printable when `take` returns.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/report/http_ear.h"
#include "sim/report/mask.h"
#include "sim/report/recording.h"
#include "sim/trace.h"
#include "sim/watch.h"

namespace playback::sim {

struct RecorderOptions {
    std::size_t items_max = 12'000;
    bool keeps_last = true;         // else the first: for a run that is compared with another
    std::uint64_t skip_events = 0;  // of the run: nothing is kept before them ...
    Instant from;                   // ... or before this
    std::size_t detail_max = 480;   // bytes of a body that are shown
};

class Recorder final : public Watch {
public:
    explicit Recorder(RecorderOptions options = {}) : options_(options) {}

    void begin(Watched watched) override;
    void end() override;

    // Once, after the run.
    Recording take();

private:
    struct UnderWay {
        std::uint64_t item = 0;
        std::uint64_t end = 0;  // offset in the stream
    };
    struct Direction {
        HttpEar ear;
        std::deque<UnderWay> under_way;
        std::deque<std::string> asked;  // requests that wait for their answers
    };
    struct Connection {
        std::uint32_t lanes[2] = {no_lane, no_lane};
        std::string ends;
        Direction directions[2];  // by the side that sends
    };
    struct DiskWork {
        std::uint64_t reads = 0, writes = 0, read_bytes = 0, write_bytes = 0;
        std::string other;
        bool is_bad = false;
    };
    struct Open {  // something that lasts
        std::uint64_t item = 0;
        std::string text;
    };

    void see(const TraceEvent& event);
    void see_step();
    void see_send(const TraceEvent& event);
    void see_deliver(const TraceEvent& event);
    void see_network(const TraceEvent& event);
    void see_disk(const TraceEvent& event);
    void see_fault(const TraceEvent& event);
    void see_batch(const TraceEvent& event);
    void see_process(const TraceEvent& event);
    void see_container(const TraceEvent& event);
    void see_log(std::string_view node, std::string_view line);
    void put_message(Connection& connection, int side, HeardMessage message);
    void flush_disks();
    void look_at_state();
    bool compare(const EntityState& state, std::vector<Change>& changes);
    void forget_gone(const std::vector<EntityState>& now, std::vector<Change>& changes);

    [[nodiscard]] bool is_kept() const;
    [[nodiscard]] std::uint64_t events() const;  // of the run until now
    std::uint64_t put(Item item);                // its number
    Item* find(std::uint64_t number);
    std::uint32_t lane_of(const std::string& name, std::string_view kind);
    std::uint32_t lane_of_node(std::uint64_t id);
    std::uint32_t entity_of(const std::string& kind, const std::string& name);
    void drop_first();
    void mask(Item& item) const;

    using Fields = std::map<std::string, std::string, std::less<>>;

    RecorderOptions options_;
    std::optional<Watched> watched_;
    Instant now_;
    Instant step_at_;  // of the last step that is over
    bool did_anything_ = false;
    bool has_looked_ = false;
    bool is_full_ = false;
    std::uint64_t dropped_ = 0;
    std::uint64_t first_ = 0;  // the number of items_[0]
    std::deque<Item> items_;
    std::vector<Lane> lanes_;
    std::vector<Entity> entities_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> entity_numbers_;
    std::map<std::uint64_t, std::string> node_names_;
    std::map<std::uint64_t, Connection> connections_;
    std::map<std::uint64_t, DiskWork> disk_work_;
    std::map<std::uint64_t, Open> open_faults_;
    std::map<std::uint64_t, std::uint64_t> open_batches_;  // by number: item
    std::vector<EntityState> seen_;                        // when the state was looked at last
    std::map<std::uint32_t, Fields> known_;                // by entity
    std::map<std::uint32_t, Fields> base_;
    Masker masker_;
    std::uint64_t trace_hash_ = 0;
};

}  // namespace playback::sim
