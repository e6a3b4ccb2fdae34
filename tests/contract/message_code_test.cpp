// HS256 as others make it, and what no key of codes is.
#include "adapters/openssl/message_code.h"

#include <gtest/gtest.h>

#include "adapters/openssl/rsa_signer.h"
#include "engine/wire/base64.h"
#include "tests/contract/real_world_support.h"

namespace playback::contract {
namespace {

using adapters::MessageCode;
using adapters::RsaSigner;
using wire::Base64;

// RFC 7515, appendix A.1.
TEST(MessageCode, IsThatOfRfc7515) {
    const auto secret = wire::base64_decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        Base64::url);
    ASSERT_TRUE(secret);
    const MessageCode code(*secret);
    constexpr const char* input =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ";
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(wire::base64_encode(code.of(input), Base64::url),
                  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(MessageCode, OfAKeyIsTheSameAfterARestartAndNotMadeOfWhatOthersKnow) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/token.pem";
    RealFixture real;
    const auto signer = std::move(*RsaSigner::open(path, real.world.offload()));
    const auto again = std::move(*RsaSigner::open(path, real.world.offload()));
    const std::string input = "header.claims";
    const std::string code = signer->code(input);
    EXPECT_EQ(again->code(input), code);
    std::string signature;
    auto body = [&]() -> io::Task<void> {
        std::string text = input;
        signature = *co_await signer->sign(std::move(text));
    };
    real.world.run(body());
    for (const std::string& known : {signer->public_key_pem(),
                                     signer->certificate(),
                                     signer->key_id(),
                                     signature,
                                     std::string()})
        EXPECT_NE(MessageCode(known).of(input), code);
}

}  // namespace
}  // namespace playback::contract
