// Player: a user on one stage, and the profile that its runtimes keep for it.
//
// The address says who and where. Introducing a client to its runtime goes through here, so that
// the runtime gets the profile as it is at that moment: a profile written before is never missed.
#pragma once

#include <optional>
#include <string_view>

#include "engine/domain/accounts/inputs.h"
#include "engine/domain/accounts/rows.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/machine.h"

namespace playback::accounts {

class Player {
public:
    static constexpr kernel::Kind kind = kinds::player;
    using Inputs = kernel::Inputs<EnterStage, GetPlayer, lobby::Introduce, lobby::SetProfile>;

    explicit Player(const kernel::Address& self) : user_{self.a}, stage_{self.b} {}

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    [[nodiscard]] bool empty() const { return !player_; }

    Result<PlayerEntered> apply(const EnterStage&, kernel::Moment&, kernel::Effects&);
    Result<PlayerView> apply(const GetPlayer&, kernel::Moment&, kernel::Effects&) const;
    void apply(const lobby::Introduce&, kernel::Moment&, kernel::Effects&);
    void apply(const lobby::SetProfile&, kernel::Moment&, kernel::Effects&);

private:
    UserId user_;
    StageId stage_;
    std::optional<PlayerRow> player_;
};

}  // namespace playback::accounts
