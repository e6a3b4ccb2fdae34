#include "engine/domain/matchmaking/matcher.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"
#include "engine/domain/matchmaking/ticket_walk.h"

namespace playback::matchmaking {
namespace {

constexpr std::uint32_t empty_max = 8;         // matches that wait for players
constexpr std::size_t joined_looks_max = 64;   // matches that one ticket looks at
constexpr std::size_t filled_looks_max = 256;  // tickets that one match looks at
constexpr std::size_t spare_looks = 256;       // of a set, beside two for each that it needs

std::uint32_t next_region(std::uint32_t& regions) {
    const auto region = static_cast<std::uint32_t>(std::countr_zero(regions));
    regions &= regions - 1;
    return region;
}

}  // namespace

Matcher::Matcher(ModeRules rules) : rules_(std::move(rules)), matches_(rules_) {
}

// --- what changes ---

Added Matcher::add(const Ticket& ticket, bool comes_back) {
    const bool fits = rules_.is_playable() && ticket.players > 0 &&
                      ticket.players <= rules_.party_max && ticket.regions != 0 &&
                      Roster(rules_).group_for(rules_, ticket.players).has_value();
    if (!fits) return Added::never_fits;
    if (!tickets_.add(ticket, comes_back)) return Added::known;
    const Record record = *tickets_.find(ticket.id);
    const Look look{record, tickets_.key_of(record).sequence};
    if (comes_back)
        new_.push_front(look);
    else
        new_.push_back(look);
    return Added::waiting;
}

bool Matcher::cancel(std::uint64_t ticket) {
    return tickets_.remove(ticket);
}

void Matcher::open_match(MatchId match) {
    matches_.open(match);
    swept_to_ = tickets_.first_sequence();
}

void Matcher::restore_player(MatchId match, const Ticket& ticket, std::uint16_t group) {
    const auto region = static_cast<std::uint32_t>(std::countr_zero(ticket.regions));
    if (matches_.find(match)->is_empty()) restored_.push_back(match);
    matches_.seat(match, group, ticket.players, ticket.skill, region);
}

void Matcher::restore_ticket(const Ticket& ticket, bool comes_back, Instant now) {
    if (!tickets_.add(ticket, comes_back)) return;
    look_when_grown(*tickets_.find(ticket.id), now);
    swept_to_ = tickets_.first_sequence();
}

void Matcher::close_match(MatchId match) {
    matches_.close(match);
}

void Matcher::remove_match(MatchId match) {
    matches_.remove(match);
}

void Matcher::leave(MatchId match, std::uint16_t group, std::uint32_t players) {
    matches_.leave(match, group, players);
    const Match* const found = matches_.find(match);
    if (found->is_closed) return;
    if (found->is_empty())
        swept_to_ = tickets_.first_sequence();
    else
        left_.push_back(match);
}

std::optional<std::size_t> Matcher::position(std::uint64_t ticket) const {
    const std::optional<Record> record = tickets_.find(ticket);
    return record ? std::optional(tickets_.ahead_of(*record) + 1) : std::nullopt;
}

std::uint32_t Matcher::empty_wanted() const {
    if (tickets_.players() == 0) return 0;
    const std::uint64_t sets = (tickets_.players() + rules_.seats() - 1) / rules_.seats();
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(sets, empty_max));
}

Instant Matcher::next_look() const {
    return grown_.empty() ? never : grown_.top().at;
}

// --- a step ---

bool Matcher::step(Instant now, std::size_t looks, std::vector<Placed>& placed) {
    Step step{now, looks, placed};
    while (!left_.empty() && step.look()) {
        const MatchId match = left_.front();
        left_.pop_front();
        fill(match, step);
    }
    while (!new_.empty() && step.look()) {
        const Look look = new_.front();
        new_.pop_front();
        look_at(look, step);
    }
    look_at_grown(step);
    sweep(step);
    while (!restored_.empty() && step.look()) {
        const MatchId match = restored_.front();
        restored_.pop_front();
        fill(match, step);
    }
    return has_more(now);
}

bool Matcher::has_more(Instant now) const {
    const bool is_due = !grown_.empty() && grown_.top().at <= now;
    return !left_.empty() || !new_.empty() || is_due || swept_to_.has_value() || !restored_.empty();
}

void Matcher::look_at(const Look& look, Step& step) {
    if (!tickets_.is_still(look.record, look.sequence)) return;
    if (join(look.record, step) || form(look.record, step)) return;
    look_when_grown(look.record, step.now);
}

void Matcher::look_at_grown(Step& step) {
    while (!grown_.empty() && grown_.top().at <= step.now && step.look()) {
        const Look look = grown_.top().look;
        grown_.pop();
        look_at(look, step);
    }
}

// Whoever waits may be the first of a set, now that a match is free.
void Matcher::sweep(Step& step) {
    while (swept_to_ && step.look()) {
        const std::optional<Record> record =
            matches_.empty_count() == 0 ? std::nullopt : tickets_.from_age(*swept_to_);
        if (!record) {
            swept_to_.reset();
            return;
        }
        swept_to_ = tickets_.key_of(*record).sequence + 1;
        form(*record, step);
    }
}

void Matcher::fill(MatchId id, Step& step) {
    const Match* match = matches_.find(id);
    if (match == nullptr || match->is_closed || match->is_empty()) return;
    const std::uint32_t region = match->region;
    const auto middle =
        static_cast<std::int32_t>((std::int64_t{match->skill_low} + match->skill_high) / 2);
    // Placing changes the order: who fits is found first.
    set_.clear();
    Roster roster = match->roster;
    TicketWalk walk(tickets_.in_region(region), middle);
    std::size_t looked = 0;
    for (; looked < filled_looks_max && roster.players() < rules_.seats(); ++looked) {
        const std::optional<TicketKey> key = walk.next();
        if (!key) break;
        const Ticket& ticket = tickets_.at(key->record);
        if (!seat_in(*match, ticket, step.now)) continue;
        const std::optional<std::uint16_t> group = roster.group_for(rules_, ticket.players);
        if (!group) continue;
        roster.seat(*group, ticket.players);
        set_.emplace_back(key->record, *group);
    }
    step.looks -= std::min(step.looks, looked);
    if (set_.empty()) return;
    for (const auto& [record, group] : set_) place(record, id, group, region, step);
    if (roster.players() < rules_.seats()) left_.push_back(id);
}

bool Matcher::join(Record record, Step& step) {
    const Ticket ticket = tickets_.at(record);
    std::uint32_t regions = ticket.regions;
    std::size_t looked = 0;
    while (regions != 0) {
        const std::uint32_t region = next_region(regions);
        for (const auto& [players, id] : matches_.with_room(region)) {
            if (looked++ == joined_looks_max) return false;
            if (step.looks > 0) --step.looks;
            const auto group = seat_in(*matches_.find(id), ticket, step.now);
            if (!group) continue;
            place(record, id, *group, region, step);
            return true;
        }
    }
    return false;
}

bool Matcher::form(Record record, Step& step) {
    std::uint32_t regions = tickets_.at(record).regions;
    while (regions != 0 && matches_.empty_count() > 0)
        if (form_in(next_region(regions), record, step)) return true;
    return false;
}

bool Matcher::form_in(std::uint32_t region, Record first, Step& step) {
    const Ticket& ticket = tickets_.at(first);
    std::int32_t low = ticket.skill;
    std::int32_t high = ticket.skill;
    std::uint32_t window = window_of(ticket, step.now);
    Roster roster(rules_);
    set_.clear();
    const auto take = [&](Record record, std::uint32_t players) {
        const std::optional<std::uint16_t> group = roster.group_for(rules_, players);
        if (!group) return false;
        roster.seat(*group, players);
        set_.emplace_back(record, *group);
        return true;
    };
    if (!take(first, ticket.players)) return false;
    TicketWalk walk(tickets_.in_region(region), ticket.skill);
    const std::size_t looks_max = 2 * std::size_t{rules_.needed()} + spare_looks;
    std::size_t looked = 0;
    for (; looked < looks_max && roster.players() < rules_.seats(); ++looked) {
        const std::optional<TicketKey> key = walk.next();
        if (!key || walk.distance(*key) > window) break;
        if (key->record == first) continue;
        const Ticket& other = tickets_.at(key->record);
        const std::int32_t wider_low = std::min(low, other.skill);
        const std::int32_t wider_high = std::max(high, other.skill);
        const std::uint32_t narrower = std::min(window, window_of(other, step.now));
        if (std::int64_t{wider_high} - wider_low > narrower) continue;
        if (!take(key->record, other.players)) continue;
        low = wider_low;
        high = wider_high;
        window = narrower;
    }
    step.looks -= std::min(step.looks, looked);
    if (!roster.may_start(rules_)) return false;
    const MatchId match = *matches_.first_empty();
    for (const auto& [record, group] : set_) place(record, match, group, region, step);
    if (roster.players() < rules_.seats()) left_.push_back(match);
    return true;
}

std::optional<std::uint16_t> Matcher::seat_in(const Match& match,
                                              const Ticket& ticket,
                                              Instant now) const {
    const std::int64_t low = std::min(match.skill_low, ticket.skill);
    const std::int64_t high = std::max(match.skill_high, ticket.skill);
    if (high - low > window_of(ticket, now)) return std::nullopt;
    return match.roster.group_for(rules_, ticket.players);
}

void Matcher::place(Record record,
                    MatchId match,
                    std::uint16_t group,
                    std::uint32_t region,
                    Step& step) {
    const Ticket ticket = tickets_.at(record);
    step.placed.push_back({ticket.id, match, group});
    CHECK(tickets_.remove(ticket.id));
    matches_.seat(match, group, ticket.players, ticket.skill, region);
}

std::uint32_t Matcher::window_of(const Ticket& ticket, Instant now) const {
    return rules_.skill ? rules_.skill->window_after(now - ticket.since) : UINT32_MAX;
}

// Not at each growth by one: at each by an eighth.
void Matcher::look_when_grown(Record record, Instant now) {
    if (!rules_.skill || rules_.skill->growth_per_second == 0) return;
    const SkillRules& skill = *rules_.skill;
    const Ticket& ticket = tickets_.at(record);
    const std::uint32_t window = window_of(ticket, now);
    const std::uint32_t last = std::max(skill.window, skill.window_max);
    if (window >= last) return;
    const std::uint64_t wanted =
        std::min<std::uint64_t>(last, std::uint64_t{window} + std::max(window / 8, 1U));
    const std::uint64_t growth = wanted - skill.window;
    const std::uint64_t waited_ms =
        (growth * 1000 + skill.growth_per_second - 1) / skill.growth_per_second;
    const Instant at = ticket.since + milliseconds(static_cast<std::int64_t>(waited_ms));
    grown_.push({at, {record, tickets_.key_of(record).sequence}});
}

}  // namespace playback::matchmaking
