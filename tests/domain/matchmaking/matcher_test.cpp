#include "engine/domain/matchmaking/matcher.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::matchmaking {
namespace {

ModeRules mode(std::uint32_t min, std::uint32_t max, std::vector<GroupRules> groups) {
    ModeRules rules;
    rules.name = "mode";
    rules.min_players = min;
    rules.max_players = max;
    rules.groups = std::move(groups);
    return rules;
}

// A matcher with a clock, whose steps go on until nothing is left to look at.
struct Play {
    Matcher matcher;
    Instant now;
    std::uint64_t last_match = 100;

    explicit Play(ModeRules rules) : matcher(std::move(rules)) {}

    void add(std::uint64_t id, std::uint32_t players = 1, std::int32_t skill = 0) {
        EXPECT_EQ(matcher.add({.id = id, .since = now, .players = players, .skill = skill}),
                  Added::waiting);
    }
    MatchId open() {
        matcher.open_match(MatchId{++last_match});
        return MatchId{last_match};
    }
    std::vector<Placed> settle(std::size_t looks = 64) {
        std::vector<Placed> placed;
        while (matcher.step(now, looks, placed)) {
        }
        return placed;
    }
    // "ticket:group" of each, in order.
    std::string seats(std::size_t looks = 64) {
        std::string text;
        for (const Placed& one : settle(looks))
            text += (text.empty() ? "" : " ") + std::to_string(one.ticket) + ":" +
                    std::to_string(one.group);
        return text;
    }
};

TEST(Matcher, FillsGroupsEvenly) {
    Play play(mode(2, 10, {{"blue", 1, 5}, {"red", 1, 5}}));
    play.open();
    play.add(1);
    EXPECT_EQ(play.seats(), "");
    play.add(2);
    EXPECT_EQ(play.seats(), "2:0 1:1");
    for (std::uint64_t id = 3; id <= 10; ++id) play.add(id);
    EXPECT_EQ(play.seats(), "3:0 4:1 5:0 6:1 7:0 8:1 9:0 10:1");
    play.add(11);
    EXPECT_EQ(play.seats(), "");
    EXPECT_EQ(play.matcher.empty_wanted(), 1U);
}

TEST(Matcher, BeginsWithTheMinimumWhoeverComesWhen) {
    for (const bool is_gradual : {true, false}) {
        Play play(mode(5, 16, {{"all", 1, 16}}));
        play.open();
        std::size_t seated = 0;
        for (std::uint64_t id = 1; id <= 5; ++id) {
            EXPECT_EQ(seated, 0U);
            play.add(id);
            if (is_gradual) seated += play.settle().size();
        }
        seated += play.settle().size();
        EXPECT_EQ(seated, 5U);
    }
}

TEST(Matcher, WaitsForAMatchAndThenTakesTheOldest) {
    Play play(mode(2, 2, {{"all", 1, 2}}));
    for (std::uint64_t id = 1; id <= 5; ++id) play.add(id);
    EXPECT_EQ(play.seats(), "");
    EXPECT_EQ(play.matcher.empty_wanted(), 3U);
    const MatchId first = play.open();
    const std::vector<Placed> placed = play.settle();
    ASSERT_EQ(placed.size(), 2U);
    EXPECT_EQ(placed[0], (Placed{1, first, 0}));
    EXPECT_EQ(placed[1], (Placed{2, first, 0}));
    EXPECT_EQ(play.matcher.tickets().ahead_of(*play.matcher.tickets().find(5)), 2U);
    play.open();
    EXPECT_EQ(play.seats(), "3:0 4:0");
}

TEST(Matcher, LetsSomebodyIntoAFreedSeat) {
    Play play(mode(1, 2, {{"a", 0, 1}, {"b", 0, 1}}));
    const MatchId match = play.open();
    play.add(1);
    play.add(2);
    EXPECT_EQ(play.seats(), "1:0 2:1");
    play.add(3);
    EXPECT_EQ(play.seats(), "");
    play.matcher.leave(match, 1, 1);
    EXPECT_EQ(play.seats(), "3:1");
    play.matcher.close_match(match);
    play.matcher.leave(match, 1, 1);
    play.add(4);
    EXPECT_EQ(play.seats(), "");
    play.matcher.remove_match(match);
    play.open();
    EXPECT_EQ(play.seats(), "4:0");
}

TEST(Matcher, AMatchThatAllHaveLeftTakesAWholeSetAgain) {
    Play play(mode(2, 4, {{"all", 2, 4}}));
    const MatchId match = play.open();
    play.add(1);
    play.add(2);
    EXPECT_EQ(play.seats(), "1:0 2:0");
    play.matcher.leave(match, 0, 1);
    play.matcher.leave(match, 0, 1);
    play.add(3);
    EXPECT_EQ(play.seats(), "");
    play.add(4);
    EXPECT_EQ(play.seats(), "4:0 3:0");
}

TEST(Matcher, WhoComesBackGoesFirst) {
    Play play(mode(1, 1, {{"all", 1, 1}}));
    play.add(1);
    EXPECT_EQ(play.matcher.add({.id = 9}, true), Added::waiting);
    play.open();
    play.open();
    EXPECT_EQ(play.seats(), "9:0 1:0");
}

TEST(Matcher, KnowsItsTicketsAndRefusesWhatNeverFits) {
    Play play(mode(1, 4, {{"a", 1, 2}, {"b", 1, 2}}));
    play.add(1);
    EXPECT_EQ(play.matcher.add({.id = 1}), Added::known);
    EXPECT_EQ(play.matcher.add({.id = 2, .players = 2}), Added::never_fits);  // no parties here
    EXPECT_TRUE(play.matcher.cancel(1));
    EXPECT_FALSE(play.matcher.cancel(1));
    EXPECT_EQ(play.matcher.empty_wanted(), 0U);
    Play impossible(mode(5, 4, {{"a", 1, 2}}));
    EXPECT_EQ(impossible.matcher.add({.id = 1}), Added::never_fits);
}

TEST(Matcher, PositionsAreByAge) {
    Play play(mode(9, 9, {{"all", 9, 9}}));
    for (std::uint64_t id = 1; id <= 3; ++id) play.add(id);
    EXPECT_EQ(play.matcher.position(3), 3U);
    play.matcher.cancel(1);
    EXPECT_EQ(play.matcher.position(3), 2U);
    EXPECT_FALSE(play.matcher.position(1).has_value());
    play.matcher.add({.id = 4, .since = play.now}, true);  // comes back
    EXPECT_EQ(play.matcher.position(4), 1U);
    EXPECT_EQ(play.matcher.position(3), 3U);
}

// However many wait: a step looks at what it is told to, and at some more to finish a set.
TEST(Matcher, AStepIsShortAndSaysThatThereIsMore) {
    constexpr std::uint64_t tickets = 5'000;
    constexpr std::size_t looks = 16;
    Play play(mode(2, 2, {{"all", 2, 2}}));
    for (std::uint64_t id = 1; id <= tickets; ++id) play.add(id);
    for (std::uint64_t i = 0; i < tickets / 2; ++i) play.open();
    EXPECT_TRUE(play.matcher.has_more(play.now));
    std::size_t steps = 0;
    std::size_t seated = 0;
    for (bool is_more = true; is_more; ++steps) {
        std::vector<Placed> placed;
        is_more = play.matcher.step(play.now, looks, placed);
        EXPECT_LE(placed.size(), 2 * looks);
        seated += placed.size();
    }
    EXPECT_EQ(seated, tickets);
    EXPECT_GE(steps, tickets / (2 * looks));
    EXPECT_FALSE(play.matcher.has_more(play.now));
}

TEST(Matcher, KeepsPartiesTogether) {
    ModeRules rules = mode(6, 6, {{"blue", 3, 3}, {"red", 3, 3}});
    rules.party_max = 3;
    Play play(rules);
    play.open();
    play.add(1, 2);
    play.add(2, 2);
    play.add(3, 2);  // three of two never make two of three
    EXPECT_EQ(play.seats(), "");
    play.add(4);
    play.add(5);
    EXPECT_EQ(play.seats(), "4:0 1:1 2:0 5:1");
    Play other(rules);
    other.open();
    other.add(1, 3);
    other.add(2, 4 - 1);
    EXPECT_EQ(other.seats(), "1:0 2:1");
}

TEST(Matcher, SkillsMeetWithinTheirWindowsWhichGrow) {
    ModeRules rules = mode(2, 2, {{"all", 2, 2}});
    rules.skill = SkillRules{"rating", 10, 5, 100};
    Play play(rules);
    play.open();
    play.add(1, 1, 1000);
    play.add(2, 1, 1040);
    play.add(3, 1, 2000);
    EXPECT_EQ(play.seats(), "");
    int waited = 0;
    std::string seats;
    for (; seats.empty() && waited < 60; ++waited) {
        ASSERT_LT(play.matcher.next_look(), play.now + seconds(30));
        play.now = play.now + seconds(1);
        seats = play.seats();
    }
    EXPECT_EQ(seats, "1:0 2:0");
    EXPECT_GE(waited, 6);  // 10 + 6 * 5 = 40
    EXPECT_LE(waited, 8);
}

TEST(Matcher, PlayersMeetInARegionTheyShare) {
    ModeRules rules = mode(2, 2, {{"all", 2, 2}});
    rules.latency_max_ms = 80;
    Matcher matcher(rules);
    matcher.open_match(MatchId{1});
    EXPECT_EQ(matcher.add({.id = 1, .regions = 0b001}), Added::waiting);
    EXPECT_EQ(matcher.add({.id = 2, .regions = 0b110}), Added::waiting);
    EXPECT_EQ(matcher.add({.id = 3, .regions = 0}), Added::never_fits);
    std::vector<Placed> placed;
    while (matcher.step({}, 100, placed)) {
    }
    EXPECT_TRUE(placed.empty());
    EXPECT_EQ(matcher.add({.id = 4, .regions = 0b101}), Added::waiting);
    while (matcher.step({}, 100, placed)) {
    }
    ASSERT_EQ(placed.size(), 2U);
    EXPECT_EQ(placed[0].ticket + placed[1].ticket, 5U);
}

// --- against an obvious model ---

struct Party {
    std::uint64_t id = 0;
    std::uint32_t players = 1;
    std::int32_t skill = 0;
    Instant since;
};

struct Played {
    std::vector<std::pair<Party, std::uint16_t>> parties;  // with their group
    bool is_closed = false;
};

// Does to a matcher what comes, and looks at everything that it does.
class Model {
public:
    explicit Model(const ModeRules& rules) : rules_(rules), matcher_(rules) {}

    void act(std::uint32_t draw, std::size_t looks) {
        switch (draw % 10) {
            case 0:
            case 1:
            case 2:
            case 3:
                add(draw / 10, draw % 40 == 3);
                break;
            case 4:
                open();
                break;
            case 5:
                leave(draw / 10);
                break;
            case 6:
                if (draw % 3 == 0) cancel(draw / 10);
                break;
            case 7:
                if (draw % 4 == 0) close(draw / 10);
                break;
            default:
                now_ = now_ + milliseconds(draw / 10 % 3000);
        }
        std::vector<Placed> placed;
        // Only now and then to the end.
        const bool is_more = matcher_.step(now_, looks, placed);
        take(placed);
        if (is_more) return;
        check_rest();
    }

private:
    void add(std::uint32_t draw, bool comes_back) {
        Party party{.id = ++last_id_,
                    .players = 1 + draw % (rules_.party_max + 1),
                    .skill = rules_.skill ? static_cast<std::int32_t>(draw / 8 % 200) : 0,
                    .since = now_};
        const Added added = matcher_.add(
            {.id = party.id, .since = now_, .players = party.players, .skill = party.skill},
            comes_back);
        RC_ASSERT(added != Added::known);
        if (added == Added::waiting) waiting_[party.id] = party;
    }
    void open() {
        if (matches_.size() > 12) return;
        matcher_.open_match(MatchId{++last_id_});
        matches_[last_id_];
    }
    Played* chosen(std::uint32_t draw, std::uint64_t& id) {
        if (matches_.empty()) return nullptr;
        auto it = matches_.begin();
        std::advance(it, draw % matches_.size());
        id = it->first;
        return &it->second;
    }
    void leave(std::uint32_t draw) {
        std::uint64_t id = 0;
        Played* const match = chosen(draw, id);
        if (match == nullptr || match->parties.empty()) return;
        const auto [party, group] = match->parties.back();
        match->parties.pop_back();
        matcher_.leave(MatchId{id}, group, party.players);
    }
    void cancel(std::uint32_t draw) {
        if (waiting_.empty()) return;
        auto it = waiting_.begin();
        std::advance(it, draw % waiting_.size());
        RC_ASSERT(matcher_.cancel(it->first));
        waiting_.erase(it);
    }
    void close(std::uint32_t draw) {
        std::uint64_t id = 0;
        Played* const match = chosen(draw, id);
        if (match == nullptr) return;
        if (!match->is_closed) {
            match->is_closed = true;
            matcher_.close_match(MatchId{id});
        } else if (match->parties.empty()) {
            matcher_.remove_match(MatchId{id});
            matches_.erase(id);
        }
    }

    [[nodiscard]] std::uint32_t window(const Party& party) const {
        return rules_.skill ? rules_.skill->window_after(now_ - party.since) : UINT32_MAX;
    }

    // Nobody twice, nobody else, nothing above a maximum or begun below a minimum.
    void take(const std::vector<Placed>& placed) {
        std::set<std::uint64_t> begun;
        for (const Placed& one : placed) {
            const auto party = waiting_.find(one.ticket);
            RC_ASSERT(party != waiting_.end());
            const auto match = matches_.find(one.match.value);
            RC_ASSERT(match != matches_.end());
            RC_ASSERT(!match->second.is_closed);
            if (match->second.parties.empty()) begun.insert(match->first);
            check_skill(match->second, party->second);
            match->second.parties.emplace_back(party->second, one.group);
            waiting_.erase(party);
        }
        for (const auto& [id, match] : matches_) check_limits(match, begun.contains(id));
    }
    void check_skill(const Played& match, const Party& party) const {
        for (const auto& [other, group] : match.parties) {
            const auto apart = static_cast<std::uint32_t>(std::abs(other.skill - party.skill));
            RC_ASSERT(apart <= window(party));
        }
    }
    void check_limits(const Played& match, bool has_begun) const {
        std::uint32_t all = 0;
        std::vector<std::uint32_t> sizes(rules_.groups.size());
        for (const auto& [party, group] : match.parties) {
            sizes.at(group) += party.players;
            all += party.players;
        }
        RC_ASSERT(all <= rules_.max_players);
        if (has_begun) RC_ASSERT(all >= rules_.min_players);
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            RC_ASSERT(sizes[i] <= rules_.groups[i].max_players);
            if (has_begun) RC_ASSERT(sizes[i] >= rules_.groups[i].min_players);
        }
    }
    // When there is nothing left to look at, nobody waits who could play.
    void check_rest() const {
        if (rules_.skill || rules_.party_max > 1) return;
        std::uint64_t waiting = waiting_.size();
        if (waiting == 0) return;
        for (const auto& [id, match] : matches_) {
            if (match.is_closed) continue;
            Roster roster(rules_);
            for (const auto& [party, group] : match.parties) roster.seat(group, party.players);
            if (match.parties.empty())
                RC_ASSERT(waiting < rules_.needed());
            else
                RC_ASSERT(!roster.group_for(rules_, 1).has_value());
        }
    }

    const ModeRules rules_;
    Matcher matcher_;
    Instant now_ = Instant{} + seconds(1);
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Party> waiting_;
    std::map<std::uint64_t, Played> matches_;
};

ModeRules drawn_rules() {
    ModeRules rules = mode(*rc::gen::inRange(1U, 7U), *rc::gen::inRange(1U, 12U), {});
    const auto groups = *rc::gen::inRange(1, 4);
    for (int i = 0; i < groups; ++i)
        rules.groups.push_back(
            {std::to_string(i), *rc::gen::inRange(0U, 4U), *rc::gen::inRange(1U, 6U)});
    rules.party_max = *rc::gen::element(1U, 1U, 3U);
    if (*rc::gen::element(0, 0, 1) == 1)
        rules.skill = SkillRules{"rating",
                                 *rc::gen::inRange(0U, 50U),
                                 *rc::gen::inRange(0U, 20U),
                                 *rc::gen::inRange(0U, 200U)};
    return rules;
}

TEST(Matcher, NeverBreaksItsPromises) {
    const bool holds = rc::check("matcher", [] {
        Model model(drawn_rules());
        const auto draws = *rc::gen::container<std::vector<std::uint32_t>>(
            rc::gen::inRange<std::uint32_t>(0, 1'000'000'000));
        for (const std::uint32_t draw : draws) model.act(draw, 1 + draw % 97);
        for (int i = 0; i < 200; ++i) model.act(8, 100);  // the rest
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::matchmaking
