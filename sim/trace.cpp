#include "sim/trace.h"

#include <algorithm>
#include <span>

#include "engine/base/describe.h"
#include "engine/base/hash.h"

namespace playback::sim {

std::string_view name_of(TraceKind kind) {
    switch (kind) {
        case TraceKind::step:
            return "step";
        case TraceKind::schedule:
            return "schedule";
        case TraceKind::timer:
            return "timer";
        case TraceKind::deliver:
            return "deliver";
        case TraceKind::network:
            return "network";
        case TraceKind::draw:
            return "draw";
        case TraceKind::crossing:
            return "crossing";
        case TraceKind::offload:
            return "offload";
        case TraceKind::disk:
            return "disk";
        case TraceKind::batch:
            return "batch";
        case TraceKind::process:
            return "process";
        case TraceKind::container:
            return "container";
        case TraceKind::fault:
            return "fault";
        case TraceKind::op:
            return "op";
        case TraceKind::note:
            return "note";
        case TraceKind::planned:
            return "planned";
        case TraceKind::posted:
            return "posted";
        case TraceKind::picked:
            return "picked";
        case TraceKind::send:
            return "send";
    }
    return "unknown";
}

std::string to_text(const TraceEvent& event) {
    constexpr std::size_t shown_max = 96;
    std::string fraction = std::to_string(event.at.ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    std::string text = "#" + std::to_string(event.index) + " ";
    text += std::to_string(event.at.ns / 1'000'000'000) + "." + fraction + " ";
    text += name_of(event.kind);
    text += " " + std::to_string(event.subject) + " a=" + std::to_string(event.a) +
            " b=" + std::to_string(event.b);
    if (!event.bytes.empty()) {
        std::string shown(event.bytes.substr(0, shown_max));
        const auto unprintable = [](char c) { return c < ' ' || c > '~'; };
        std::ranges::replace_if(shown, unprintable, '.');
        text += " " + std::to_string(event.bytes.size()) + " bytes ";
        put_json_string(text, shown);
    }
    return text;
}

void Trace::add_content(std::string_view bytes) {
    words_[used_++] = bytes.size();
    words_[used_++] = hash_bytes(bytes);
}

namespace {

std::uint64_t hash_words(std::span<const std::uint64_t> words, std::uint64_t seed) {
    const auto* const first = reinterpret_cast<const char*>(words.data());
    return hash_bytes({first, words.size_bytes()}, seed);
}

}  // namespace

void Trace::fold() {
    folded_ = hash();
    used_ = 0;
}

std::uint64_t Trace::hash() const {
    return hash_words(std::span(words_).first(used_), folded_);
}

void Trace::checkpoint() {
    if (checkpoints_.size() == checkpoints_max) {
        for (std::size_t i = 0; 2 * i + 1 < checkpoints_max; ++i)
            checkpoints_[i] = checkpoints_[2 * i + 1];
        checkpoints_.resize(checkpoints_max / 2);
        stride_ *= 2;
    }
    if (events_ % stride_ == 0) checkpoints_.push_back({events_, hash()});
    next_checkpoint_ = (events_ / stride_ + 1) * stride_;
}

std::uint64_t agree_until(const std::vector<Trace::Checkpoint>& a,
                          const std::vector<Trace::Checkpoint>& b) {
    std::uint64_t agreed = 0;
    for (const Trace::Checkpoint& one : a) {
        const auto other = std::ranges::find(b, one.events, &Trace::Checkpoint::events);
        if (other == b.end()) continue;
        if (other->hash != one.hash) return agreed;
        agreed = one.events;
    }
    return agreed;
}

}  // namespace playback::sim
