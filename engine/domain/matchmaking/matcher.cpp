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

}  // namespace

Matcher::Matcher(ModeRules rules)
    : rules_(std::move(rules)), matches_(rules_), set_sizes_(rules_), roster_(rules_) {
}

// --- what changes ---

Added Matcher::add(const Ticket& ticket, bool comes_back) {
    if (!may_fit(ticket)) return Added::never_fits;
    const std::optional<Record> record = tickets_.add(ticket, comes_back);
    if (!record) return Added::known;
    const Look look{*record, tickets_.sequence_of(*record)};
    if (comes_back)
        new_.push_front(look);
    else
        new_.push_back(look);
    return Added::waiting;
}

bool Matcher::may_fit(const Ticket& ticket) {
    if (!rules_.is_playable() || ticket.regions == 0) return false;
    if (ticket.players == 0 || ticket.players > rules_.party_max) return false;
    const SizeMask size = size_bit(ticket.players);
    if ((fitting_ & size) != 0) return true;
    roster_.clear();
    const bool fits = roster_.group_for(rules_, ticket.players).has_value();
    if (fits && ticket.players < 64) fitting_ |= size;
    return fits;
}

bool Matcher::cancel(std::uint64_t ticket) {
    return tickets_.remove(ticket);
}

void Matcher::open_match(MatchId match) {
    matches_.open(match);
    sweep_all();
}

void Matcher::restore_player(MatchId match, const Ticket& ticket, std::uint16_t group) {
    const auto region = static_cast<std::uint32_t>(std::countr_zero(ticket.regions));
    if (matches_.find(match)->is_empty()) restored_.push_back(match);
    const Matches::Seat seat{group, ticket.players, ticket.skill};
    matches_.seat(match, region, {&seat, 1});
}

void Matcher::restore_ticket(const Ticket& ticket, bool comes_back, Instant now) {
    const std::optional<Record> record = tickets_.add(ticket, comes_back);
    if (!record) return;
    look_when_grown(*record, now);
    sweep_from_ = tickets_.first_sequence();  // who comes back is older than those before
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
        sweep_all();
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
    const bool is_sweeping = sweep_from_.has_value() && matches_.empty_count() > 0;
    return !left_.empty() || !new_.empty() || is_due || is_sweeping || !restored_.empty();
}

void Matcher::look_at(const Look& look, Step& step) {
    if (!tickets_.is_still(look.record, look.sequence)) return;
    if (join(look.record, step) || form(look.record, step)) return;
    // The round may be past it already, since it came back or may play with more now.
    if (sweep_from_ && matches_.empty_count() == 0)
        sweep_from_ = std::min(*sweep_from_, look.sequence);
    look_when_grown(look.record, step.now);
}

void Matcher::look_at_grown(Step& step) {
    while (!grown_.empty() && grown_.top().at <= step.now && step.look()) {
        const Look look = grown_.top().look;
        grown_.pop();
        look_at(look, step);
    }
}

// Whoever waits may be the first of a set, now that a match is free. A round that has begun goes
// on, so that those whom nobody fits are not looked at once more for each match that comes.
void Matcher::sweep_all() {
    if (sweep_from_)
        sweep_again_ = true;
    else
        sweep_from_ = tickets_.first_sequence();
}

void Matcher::sweep(Step& step) {
    while (sweep_from_ && matches_.empty_count() > 0 && step.look()) {
        const std::optional<Record> record = tickets_.from_age(*sweep_from_);
        if (record) {
            sweep_from_ = tickets_.sequence_of(*record) + 1;
            form(*record, step);
            continue;
        }
        sweep_from_.reset();
        if (std::exchange(sweep_again_, false)) sweep_all();
    }
}

void Matcher::fill(MatchId id, Step& step) {
    const Match* match = matches_.find(id);
    if (match == nullptr || match->is_closed || match->is_empty()) return;
    const std::uint32_t region = match->region;
    const auto middle =
        static_cast<std::int32_t>((std::int64_t{match->skill_low} + match->skill_high) / 2);
    clear_set();
    Roster roster = match->roster;
    TicketWalk walk(tickets_.in_region(region), middle);
    std::size_t looked = 0;
    for (; looked < filled_looks_max && roster.players() < rules_.seats(); ++looked) {
        const std::optional<TicketKey> key = walk.next();
        if (!key) break;
        const std::optional<std::uint16_t> group = roster.group_for(rules_, key->players);
        if (!group) continue;
        const Record record = tickets_.record_of(key->age);
        if (!seat_in(*match, tickets_.at(record), step.now)) continue;
        roster.seat(*group, key->players);
        take(record, {*group, key->players, key->skill});
    }
    step.looks -= std::min(step.looks, looked);
    if (set_.empty()) return;
    place_set(id, region, step);
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
            clear_set();
            take(record, {*group, ticket.players, ticket.skill});
            place_set(id, region, step);
            return true;
        }
    }
    return false;
}

bool Matcher::form(Record record, Step& step) {
    const SizeMask own = size_bit(tickets_.at(record).players);
    std::uint32_t regions = tickets_.at(record).regions;
    while (regions != 0 && matches_.empty_count() > 0) {
        const std::uint32_t region = next_region(regions);
        if ((set_sizes_.startable(tickets_.sizes_in(region)) & own) == 0) continue;
        if (form_in(region, record, step)) return true;
    }
    return false;
}

bool Matcher::form_in(std::uint32_t region, Record first, Step& step) {
    const Ticket& ticket = tickets_.at(first);
    const auto age = static_cast<TicketAge>(tickets_.sequence_of(first));
    std::int32_t low = ticket.skill;
    std::int32_t high = ticket.skill;
    Roster& roster = roster_;
    roster.clear();
    clear_set();
    const auto sit = [&](Record record, const Matches::Seat& seat) {
        roster.seat(seat.group, seat.players);
        take(record, seat);
    };
    const std::optional<std::uint16_t> group = roster.group_for(rules_, ticket.players);
    if (!group) return false;
    sit(first, {*group, ticket.players, ticket.skill});
    // Nobody's window is narrower than the least, so whoever is as near needs no look at all the
    // tickets, which lie somewhere in memory.
    const std::uint32_t least = rules_.skill ? rules_.skill->window : UINT32_MAX;
    std::uint32_t window = window_of(ticket, step.now);
    std::size_t windows = 1;  // of the set, that were looked at
    const auto is_outside = [&](std::uint64_t spread) {
        if (spread <= least) return false;
        for (; windows < set_.size(); ++windows)
            window = std::min(window, window_of(tickets_.at(set_[windows]), step.now));
        return spread > window;
    };
    TicketWalk walk(tickets_.in_region(region), ticket.skill);
    const std::size_t looks_max = 2 * std::size_t{rules_.needed()} + spare_looks;
    std::size_t looked = 0;
    for (; looked < looks_max && roster.players() < rules_.seats(); ++looked) {
        const std::optional<TicketKey> key = walk.next();
        if (!key || is_outside(walk.distance(*key))) break;
        if (key->age == age) continue;
        const std::int32_t wider_low = std::min(low, key->skill);
        const std::int32_t wider_high = std::max(high, key->skill);
        const auto spread = static_cast<std::uint64_t>(std::int64_t{wider_high} - wider_low);
        if (is_outside(spread)) continue;
        const std::optional<std::uint16_t> place = roster.group_for(rules_, key->players);
        if (!place) continue;
        const Record record = tickets_.record_of(key->age);
        if (spread > least && spread > window_of(tickets_.at(record), step.now)) continue;
        sit(record, {*place, key->players, key->skill});
        low = wider_low;
        high = wider_high;
    }
    step.looks -= std::min(step.looks, looked);
    if (!roster.may_start(rules_)) return false;
    const MatchId match = *matches_.first_empty();
    place_set(match, region, step);
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

void Matcher::clear_set() {
    set_.clear();
    seats_.clear();
}

void Matcher::take(Record record, const Matches::Seat& seat) {
    tickets_.prefetch(record);
    set_.push_back(record);
    seats_.push_back(seat);
}

void Matcher::place_set(MatchId match, std::uint32_t region, Step& step) {
    for (std::size_t i = 0; i < set_.size(); ++i)
        step.placed.push_back({tickets_.at(set_[i]).id, match, seats_[i].group});
    tickets_.remove(set_);
    matches_.seat(match, region, seats_);
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
    grown_.push({at, {record, tickets_.sequence_of(record)}});
}

}  // namespace playback::matchmaking
