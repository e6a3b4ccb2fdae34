#include "engine/api/omgservers/call.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

class CallTest : public testing::Test {
protected:
    std::string written(const std::function<void()>& write) {
        answer.reset();
        write();
        return answer.body;
    }

    wire::Request request;
    services::Answer answer;
    Call call{request, "", answer, {}};
};

TEST_F(CallTest, WritesTheSmallAnswers) {
    EXPECT_EQ(written([&] { call.reply_id("id", 9007199254740993); }),
              R"({"id":"9007199254740993"})");
    EXPECT_EQ(written([&] { call.reply_boolean("deleted", true); }), R"({"deleted":true})");
    EXPECT_EQ(written([&] { call.reply_string("hash", "a\"b"); }), R"({"hash":"a\"b"})");
    EXPECT_EQ(written([&] { call.reply_nothing(); }), "{}");
    EXPECT_EQ(written([&] { call.fail(Error{Errc::not_found, ""}); }),
              R"({"qualifier":"OBJECT_NOT_FOUND"})");
    EXPECT_EQ(answer.status, 404);
}

TEST_F(CallTest, RefusingNeedsNoTask) {
    const io::Task<void> task = call.refuse({400, qualifier::wrong_request, ""});
    EXPECT_FALSE(task.valid());
    EXPECT_EQ(answer.status, 400);
}

TEST_F(CallTest, OnlyDevelopersAreAskedForPermissions) {
    call.session.subject = 42;
    call.session.role = accounts::Role::developer;
    EXPECT_EQ(call.caller(), UserId{42});
    call.session.role = accounts::Role::support;
    EXPECT_EQ(call.caller(), UserId{});
    EXPECT_EQ(call.user(), UserId{42});
}

}  // namespace
}  // namespace playback::omgservers
