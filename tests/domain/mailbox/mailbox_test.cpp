#include "engine/domain/mailbox/mailbox.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/mailbox/client_inputs.h"

namespace playback::mailbox {
namespace {

ClientMail mail(std::uint64_t id, const std::string& json) {
    ClientMail result;
    result.id = MessageId{id};
    result.json = JsonText::trusted(json);
    return result;
}

TEST(Mailbox, ReachesItsMarksByCountOrBytes) {
    Mailbox<ClientMail> box;
    box.add(mail(1, "12345"));
    EXPECT_FALSE(box.reaches({2, 6}));
    EXPECT_TRUE(box.reaches({1, 6}));
    EXPECT_TRUE(box.reaches({2, 5}));
}

TEST(Mailbox, GivesTheOldestThatFitAndAlwaysOne) {
    Mailbox<ClientMail> box;
    EXPECT_TRUE(box.oldest(1000).empty());
    for (std::uint64_t id = 1; id <= 3; ++id) box.add(mail(id, std::string(400, 'x')));
    ASSERT_EQ(box.oldest(1).size(), 1u);
    EXPECT_EQ(box.oldest(1).front().id, MessageId{1});
    EXPECT_EQ(box.oldest(1500).size(), 2u);
    EXPECT_EQ(box.oldest(10'000).size(), 3u);
}

TEST(Mailbox, BehavesAsAMap) {
    const bool holds = rc::check(
        "a mailbox is an ordered map", [](const std::vector<std::pair<bool, int>>& steps) {
            Mailbox<ClientMail> box;
            std::map<std::uint64_t, std::size_t> model;
            std::uint64_t next = 1;
            for (const auto& [adds, number] : steps) {
                if (adds) {
                    const std::string json(static_cast<std::size_t>(std::abs(number % 7)), 'x');
                    box.add(mail(next, json));
                    model[next] = json.size();
                    ++next;
                } else {
                    const auto id = static_cast<std::uint64_t>(std::abs(number)) % (next + 1);
                    RC_ASSERT(box.remove(MessageId{id}) == (model.erase(id) == 1));
                }
                std::size_t bytes = 0;
                std::vector<std::uint64_t> ids;
                for (const auto& [id, size] : model) {
                    bytes += size;
                    ids.push_back(id);
                }
                std::vector<std::uint64_t> found;
                for (const ClientMail& one : box.oldest(limits::mailbox_bytes_max))
                    found.push_back(one.id.value);
                RC_ASSERT(found == ids);
                RC_ASSERT(box.bytes() == bytes);
            }
        });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::mailbox
