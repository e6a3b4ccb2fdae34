// Histories: what several clients did to one object, judged at the end by linearizable.h.
//
//   profile-linearizable  the profile of a user is one register: runtimes write it, and whoever
//   gets
//                         the user's client is shown it
//   name-linearizable     an alias belongs to one at a time, and opens nothing once he is gone
//   deployment-linearizable  of a stage only the newest deployment is open, and a removed one is
//   gone
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/actors/observer.h"
#include "scenarios/oracles/court.h"
#include "scenarios/oracles/models.h"

namespace playback::scenarios {

class ProfileHistories {
public:
    explicit ProfileHistories(Court& court) : court_(court) {}

    void tried(std::uint64_t user, std::uint64_t version);
    void acknowledged(std::uint64_t user, std::uint64_t version);
    // The client of a user was asked for at `wanted`; a runtime was shown this version of it.
    void created(std::uint64_t user, std::uint64_t client, Instant wanted);
    void shown(std::uint64_t client, std::uint64_t version);

    void judge();

private:
    struct Shown {
        std::uint64_t client = 0;
        std::uint64_t version = 0;
        Instant at;
    };
    Court& court_;
    std::map<std::uint64_t, RegisterModel::History> writes_;             // by user
    std::map<std::uint64_t, std::pair<std::uint64_t, Instant>> owners_;  // user, wanted; by client
    std::vector<Shown> shown_;
};

class NameHistories {
public:
    explicit NameHistories(Court& court) : court_(court) {}

    // A call about `name` by `owner` that left at `left`: told of when it leaves (its outcome is
    // unknown then) and when it is over. Of "enter": done means let in, refused that he was not.
    void called(const std::string& name,
                NameDeed deed,
                std::uint64_t owner,
                Instant left,
                NameOutcome outcome);

    void judge();

private:
    Court& court_;
    std::map<std::string, std::vector<Operation<NameModel::Call>>> histories_;
};

// The deployments of one stage. Ids grow in the order in which a tenant opens them, so of two that
// were opened the larger id has closed the other; one whose opening was never answered may have
// closed any.
class DeploymentHistories {
public:
    explicit DeploymentHistories(Court& court) : court_(court) {}

    // A call that left at `left`: told of when it leaves (its outcome is unknown then), and once
    // more if its outcome is known. The id of an opening is 0 until it is done.
    void called(DeploymentDeed deed, std::uint64_t id, Instant left, NameOutcome outcome);
    void seen(std::uint64_t id, Instant left, DeploymentSeen how);

    // The nth newest that is known, 0 the newest; 0 if there is none.
    [[nodiscard]] std::uint64_t newest(std::uint64_t nth) const;

    void judge();

private:
    using History = DeploymentModel::History;
    struct Opening {
        Instant left;
        Instant returned;
        std::uint64_t id = 0;  // 0: unknown
    };
    [[nodiscard]] History history_of(std::uint64_t id) const;

    Court& court_;
    std::vector<Opening> openings_;
    std::map<std::uint64_t, History> others_;  // by deployment: looks and removals
};

}  // namespace playback::scenarios
