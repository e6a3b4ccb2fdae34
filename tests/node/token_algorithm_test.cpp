// --token-algorithm of the shipped program, with its real keys: what it makes, that a change of the
// option ends no session, and that nobody makes a token out of what is public.
#include <csignal>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "adapters/openssl/message_code.h"
#include "adapters/openssl/rsa_signer.h"
#include "engine/io/offload.h"
#include "engine/wire/jwt.h"
#include "tests/node/program.h"

namespace playback::testing {
namespace {

using wire::JwtAlgorithm;

const std::string entrypoint = "/service/v1/entrypoint/support/request/";

class NoOffload final : public io::Offload {
public:
    io::Task<bool> run(std::move_only_function<void()>, Duration) override { co_return false; }
};

class Node {
public:
    Node(const std::string& directory, const std::string& algorithm)
        : program_({"node", "--json", "--token-algorithm", algorithm},
                   {{"PLAYBACK_DATA", directory + "/data"},
                    {"PLAYBACK_LISTEN", "127.0.0.1:0"},
                    {"PLAYBACK_DOCKER", "process:"},
                    {"PLAYBACK_BCRYPT_COST", "4"},
                    {"PLAYBACK_SUPPORT_PASSWORD", "support-password"}}) {
        EXPECT_TRUE(program_.says("listening")) << program_.err();
        address_ = program_.json()["listening"][0];
    }
    ~Node() {
        program_.signal(SIGTERM);
        EXPECT_EQ(program_.wait(), 0);
    }
    std::string token() {
        const nlohmann::json login{{"user", "support"}, {"password", "support-password"}};
        return post(address_, entrypoint + "create-token", login).json()["raw_token"];
    }
    int status(const std::string& token) {
        const nlohmann::json nothing = nlohmann::json::object();
        return post(address_, entrypoint + "create-tenant", nothing, token).status;
    }

private:
    Program program_;
    std::string address_;
};

JwtAlgorithm algorithm_of(const std::string& token) {
    return wire::parse_jwt(token)->header.algorithm;
}

TEST(TokenAlgorithm, MayBeChangedWithoutEndingASession) {
    const Directory directory;
    std::vector<std::string> tokens;
    for (const char* const algorithm : {"RS256", "HS256", "RS256"}) {
        Node node(directory.path(), algorithm);
        tokens.push_back(node.token());
        EXPECT_EQ(algorithm_of(tokens.back()), wire::jwt_algorithm_named(algorithm));
        for (const std::string& token : tokens) EXPECT_EQ(node.status(token), 200);
    }
}

TEST(TokenAlgorithm, NobodyMakesATokenOfWhatIsPublic) {
    const Directory directory;
    Node node(directory.path(), "HS256");
    const std::string token = node.token();
    ASSERT_EQ(node.status(token), 200);
    const wire::ParsedJwt ours = *wire::parse_jwt(token);

    NoOffload nowhere;
    const std::string pem = read_file(directory.path() + "/data/token_key.pem");
    const auto signer = std::move(*adapters::RsaSigner::from_pem(pem, nowhere));
    const auto with = [&](const std::string& header, const std::string& signature) {
        return wire::jwt_compact(
            header + token.substr(token.find('.'), token.rfind('.') - token.find('.')), signature);
    };
    const std::string head = token.substr(0, token.find('.'));
    EXPECT_EQ(with(head, signer->code(ours.signing_input)), token) << "the same key, the same code";
    for (const std::string& known : {signer->public_key_pem(),
                                     signer->certificate(),
                                     signer->key_id(),
                                     ours.signature,
                                     std::string()}) {
        const adapters::MessageCode code(known);
        wire::JwtClaims claims = ours.claims;
        claims.token_id = "forged";
        std::string input = wire::jwt_signing_input(ours.header, claims);
        const std::string made = code.of(input);
        EXPECT_EQ(node.status(wire::jwt_compact(std::move(input), made)), 401) << known;
    }
    // The same signature under another name of the algorithm, and under none.
    for (const char* const header : {"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",  // RS256
                                     "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"})  // none
        EXPECT_EQ(node.status(with(header, ours.signature)), 401) << header;
}

}  // namespace
}  // namespace playback::testing
