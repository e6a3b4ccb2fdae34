#include "engine/api/omgservers/problem.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

std::string outcome(Error error) {
    const Problem problem = problem_of(error);
    return std::to_string(problem.status) + " " + std::string(problem.qualifier);
}

TEST(Problem, CodesOfTheRoomsAreWordsOfTheProtocol) {
    EXPECT_EQ(outcome({Errc::invalid_argument, "x"}), "400 VALIDATION_CONSTRAINT_VIOLATED");
    EXPECT_EQ(outcome({Errc::invalid_argument, "WRONG_ARGUMENT"}), "400 WRONG_ARGUMENT");
    EXPECT_EQ(outcome({Errc::already_exists, ""}), "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_EQ(outcome({Errc::unauthenticated, ""}), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome({Errc::denied, "STAGE_MANAGER"}), "403 PERMISSION_NOT_FOUND");
    EXPECT_EQ(outcome({Errc::denied, "WRONG_IMAGE"}), "403 WRONG_IMAGE");
    EXPECT_EQ(outcome({Errc::not_found, "user"}), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(outcome({Errc::not_found, "RUNTIME_NOT_FOUND"}), "404 RUNTIME_NOT_FOUND");
    EXPECT_EQ(outcome({Errc::conflict, "DEPLOYMENT_NOT_FOUND"}), "409 DEPLOYMENT_NOT_FOUND");
    EXPECT_EQ(outcome({Errc::conflict, "RUNTIME_NOT_FOUND"}), "409 RUNTIME_NOT_FOUND");
    EXPECT_EQ(outcome({Errc::conflict, "WRONG_VERSION_STATE"}), "409 WRONG_VERSION_STATE");
    EXPECT_EQ(outcome({Errc::conflict, ""}), "409 IDEMPOTENCY_VIOLATED");
    EXPECT_EQ(outcome({Errc::unavailable, ""}), "503 INTERNAL_EXCEPTION_OCCURRED");
    EXPECT_EQ(outcome({Errc::unknown_outcome, ""}), "500 DB_EXCEPTION_UNHANDLED");
    EXPECT_EQ(outcome({Errc::corrupt, ""}), "500 INTERNAL_EXCEPTION_OCCURRED");
}

TEST(Problem, TheBodyIsTheQualifierAndTheDetailAHeader) {
    services::Answer answer;
    answer.body = "half an answer";
    write_problem(answer, {404, qualifier::object_not_found, "stage\r\nSet-Cookie: x"});
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, R"({"qualifier":"OBJECT_NOT_FOUND"})");
    EXPECT_EQ(answer.headers, "X-Error-Detail: stage??Set-Cookie: x\r\n");

    write_problem(answer, {503, qualifier::internal, std::string(5000, 'x')});
    EXPECT_TRUE(answer.headers.contains("Retry-After: 1\r\n"));
    EXPECT_LT(answer.headers.size(), 300U);
    write_problem(answer, {401, qualifier::wrong_credentials, ""});
    EXPECT_EQ(answer.headers, "WWW-Authenticate: Bearer\r\n");
}

}  // namespace
}  // namespace playback::omgservers
