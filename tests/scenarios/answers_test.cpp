// Every invariant of answers bites, and leaves what is right alone.
#include "scenarios/oracles/answers.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/oracle_test.h"

namespace playback::scenarios {
namespace {

class AnswersTest : public OracleTest {
protected:
    AnswerOracle oracle{court, {}};

    CallSeen good(std::string_view method = "interchange-messages") {
        CallSeen call;
        call.caller = "player 1";
        call.method = method;
        call.status = 200;
        call.body = R"({"incoming_messages":[]})";
        call.content_type = "application/json";
        call.left = now;
        call.has_token = true;
        call.token_at = now;
        return call;
    }
    CallSeen problem(int status) {
        CallSeen call = good();
        call.status = status;
        call.body = R"({"qualifier":"INTERNAL_EXCEPTION"})";
        call.has_retry_after = true;
        return call;
    }
};

TEST_F(AnswersTest, AreContentWithAnOrdinaryDay) {
    oracle.seen(good());
    oracle.seen(problem(404));
    oracle.seen(problem(503));
    CallSeen held = good();
    held.wait_seconds = 8;
    held.was_held = true;
    pass(seconds(8));
    oracle.seen(held);
    expect_content();
}

TEST_F(AnswersTest, KnowTheStatusesOfACall) {
    oracle.seen(problem(418));
    expect("status-legal");
}

TEST_F(AnswersTest, WantAGameToStayThere) {
    CallSeen early = problem(404);
    early.method = "create-client";
    oracle.seen(early);
    expect_content();
    oracle.seen(good("create-client"));
    pass(milliseconds(600));
    oracle.seen(early);  // its answer was on its way for long
    expect_content();
    early.left = now;
    oracle.seen(early);
    expect("status-legal");
}

TEST_F(AnswersTest, WantAnObject) {
    CallSeen call = good();
    call.body = "[1]";
    oracle.seen(call);
    expect("answer-well-formed");
}

TEST_F(AnswersTest, WantAProblemToBeOne) {
    CallSeen call = problem(404);
    call.body = R"({"qualifier":"X","file":"slot"})";
    oracle.seen(call);
    expect("answer-well-formed");
}

TEST_F(AnswersTest, WantNothingToldOfTheInside) {
    CallSeen call = problem(500);
    call.body = R"({"qualifier":"INTERNAL","at":"engine/kernel/slot.cpp"})";
    oracle.seen(call);
    EXPECT_NE(std::ranges::find(complaints, "error-says-nothing"), complaints.end());
}

TEST_F(AnswersTest, WantToKnowWhenToComeAgain) {
    CallSeen call = problem(503);
    call.has_retry_after = false;
    oracle.seen(call);
    expect("retry-later");
}

TEST_F(AnswersTest, WantNobodyHeldWhoDidNotAsk) {
    CallSeen call = good();
    call.was_held = true;
    oracle.seen(call);
    expect("wait-as-asked");
}

TEST_F(AnswersTest, WantNobodyHeldForTooLong) {
    oracle.seen(good());
    CallSeen call = good();
    call.wait_seconds = 8;
    call.was_held = true;
    pass(seconds(13));
    oracle.seen(call);
    expect("wait-as-asked");
}

TEST_F(AnswersTest, WantAGoodTokenToBeTaken) {
    CallSeen call = problem(401);
    call.token_at = Instant{now.ns - minutes(2).ns};
    oracle.seen(call);
    expect("auth-for-cause");
}

TEST_F(AnswersTest, LetAnOldTokenBeRefused) {
    CallSeen call = problem(401);
    call.token_at = Instant{now.ns - minutes(59).ns};
    oracle.seen(call);
    expect_content();
}

TEST_F(AnswersTest, LetNobodyBeForbiddenHisOwn) {
    oracle.seen(problem(403));
    expect("auth-for-cause");
}

TEST_F(AnswersTest, WantAnAnswerWhenNothingIsWrong) {
    oracle.seen(good());
    CallSeen lost = good();
    lost.status = 0;
    oracle.seen(lost);
    expect("answered-in-quiet");
}

TEST_F(AnswersTest, WantAnAnswerOfManyMessagesToEndSomewhere) {
    const std::string message = R"({"id":"1","body":")" + std::string(40'000, 'x') + R"("})";
    CallSeen call = good();
    const std::string one = R"({"incoming_messages":[)" + message + "]}";
    const std::string long_one =
        R"({"incoming_messages":[{"body":")" + std::string(90'000, 'x') + R"("}]})";
    const std::string two = R"({"incoming_messages":[)" + message + "," + message + "]}";
    call.body = one;
    oracle.seen(call);
    call.body = long_one;  // it has to come somehow
    oracle.seen(call);
    expect_content();
    call.body = two;
    oracle.seen(call);
    expect("answer-bounded");
}

TEST_F(AnswersTest, WantSlowRequestsToBeCut) {
    const Instant since = now;
    pass(seconds(33));
    oracle.still_asking(since);
    expect_content();
    pass(seconds(2));
    trouble = now;
    trouble_of = "stream";
    oracle.still_asking(since);
    expect_content();
    trouble_of = "client";
    oracle.still_asking(since);
    expect("slow-is-cut");
}

TEST_F(AnswersTest, OweNothingInTrouble) {
    oracle.seen(good());
    trouble = now;
    CallSeen lost = good();
    lost.status = 0;
    oracle.seen(lost);
    expect_content();
}

}  // namespace
}  // namespace playback::scenarios
