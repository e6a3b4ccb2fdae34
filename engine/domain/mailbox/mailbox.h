// Mailbox: messages that wait for their reader, in id order, until each is consumed.
//
// Ids only grow, so a new message goes to the end and a search halves. Whoever fills it decides
// what a full one means (limits.h); it only counts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <boost/container/devector.hpp>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/plant.h"
#include "engine/domain/ids.h"

namespace playback::mailbox {

// How full a mailbox may be, in messages and in bytes of their JSON.
struct Marks {
    std::size_t messages = limits::mailbox_messages_max;
    std::size_t bytes = limits::mailbox_bytes_max;
};

template <class Mail>
class Mailbox {
public:
    void add(Mail mail) {
        CHECK(mails_.empty() || mails_.back().id < mail.id);
        bytes_ += mail.json.size();
        mails_.push_back(std::move(mail));
    }

    // False if there is no such message (any more).
    bool remove(MessageId id) {
        const auto it = std::ranges::lower_bound(mails_, id, {}, &Mail::id);
        if (it == mails_.end() || it->id != id) return false;
        bytes_ -= it->json.size();
        mails_.erase(it);
        if (mails_.empty()) mails_ = Mails();  // most are empty most of the time
        return true;
    }

    // Takes the oldest away.
    std::optional<MessageId> remove_first() {
        if (mails_.empty()) return std::nullopt;
        const MessageId id = mails_.front().id;
        remove(id);
        return id;
    }

    [[nodiscard]] bool contains(MessageId id) const {
        return std::ranges::binary_search(mails_, id, {}, &Mail::id);
    }
    // From the oldest behind `after` on, as many as fit into `bytes_max` of an answer, at least
    // one.
    [[nodiscard]] std::vector<Mail> oldest(std::size_t bytes_max, MessageId after = {}) const {
        std::vector<Mail> result;
        std::size_t bytes = 0;
        auto it = std::ranges::upper_bound(mails_, after, {}, &Mail::id);
        for (; it != mails_.end(); ++it) {
            const Mail& mail = *it;
            bytes += mail.json.size() + mail.envelope_bytes();
            if (!result.empty() && bytes > bytes_max) {
                if (!PLAYBACK_PLANT(page_leaves_holes)) break;
                bytes -= mail.json.size() + mail.envelope_bytes();
                continue;
            }
            result.push_back(mail);
        }
        return result;
    }
    [[nodiscard]] bool reaches(const Marks& marks) const {
        return mails_.size() >= marks.messages || bytes_ >= marks.bytes;
    }
    [[nodiscard]] std::size_t size() const { return mails_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return mails_.empty(); }

private:
    using Mails = boost::container::devector<Mail>;
    Mails mails_;
    std::size_t bytes_ = 0;
};

}  // namespace playback::mailbox
