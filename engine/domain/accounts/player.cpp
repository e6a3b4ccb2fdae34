#include "engine/domain/accounts/player.h"

#include "engine/base/plant.h"

namespace playback::accounts {
namespace {

kernel::RowKey player_key() {
    return kernel::RowKey(row_types::player);
}

JsonText first_profile() {
    return JsonText::trusted("{}");
}

}  // namespace

Result<void> Player::load(kernel::RowKeyReader key, std::string_view value) {
    if (key.type() != row_types::player) return Error{Errc::corrupt, "row of unknown type"};
    TRY(row, decode<PlayerRow>(value));
    player_ = std::move(row);
    return {};
}

Result<PlayerEntered> Player::apply(const EnterStage& command,
                                    kernel::Moment& moment,
                                    kernel::Effects& effects) {
    if (!command.tenant) return Error{Errc::invalid_argument, "tenant is missing"};
    if (player_) return PlayerEntered{player_->player, false};

    player_ =
        PlayerRow{moment.next<PlayerId>(), command.tenant, moment.wall(), first_profile(), {}};
    effects.put(player_key(), *player_);
    return PlayerEntered{player_->player, true};
}

Result<PlayerView> Player::apply(const GetPlayer&, kernel::Moment&, kernel::Effects&) const {
    if (!player_) return Error{Errc::not_found, "player"};
    return PlayerView{player_->player, player_->tenant, player_->created, player_->profile};
}

void Player::apply(const lobby::Introduce& message, kernel::Moment&, kernel::Effects& effects) {
    // Whoever has not entered is introduced all the same: a seat without its guest would stay
    // taken for ever.
    effects.send(address_of(message.runtime),
                 lobby::AssignClient{user_,
                                     stage_,
                                     message.client,
                                     message.deployment,
                                     message.assignment,
                                     player_ ? player_->profile : first_profile(),
                                     message.group_name});
}

void Player::apply(const lobby::SetProfile& message, kernel::Moment&, kernel::Effects& effects) {
    if (!player_) return;
    PlayerRow row = *player_;
    row.profile = message.profile;
    effects.put(player_key(), row);
    if (PLAYBACK_PLANT(stale_profile)) return;  // what is resident lags behind what is stored
    player_ = std::move(row);
}

}  // namespace playback::accounts
