#include "tests/contract/security_contract.h"

#include <array>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace playback::contract {
namespace {

io::Task<std::string> hashed(SecurityWorld& world, std::string password) {
    Result<std::string> hash = co_await world.passwords.hash(std::move(password));
    EXPECT_TRUE(hash);
    co_return hash ? *hash : std::string();
}

io::Task<bool> accepted(SecurityWorld& world, std::string password, std::string hash) {
    const Result<bool> same = co_await world.passwords.verify(std::move(password), std::move(hash));
    co_return same && *same;
}

io::Task<void> the_password_verifies_and_no_other(SecurityWorld& world) {
    std::string password = "correct horse";
    const std::string hash = co_await hashed(world, password);
    EXPECT_EQ(hash.find("horse"), std::string::npos);
    const bool right = co_await accepted(world, password, hash);
    EXPECT_TRUE(right);
    std::string other = "correct hors";
    const bool wrong = co_await accepted(world, other, hash);
    EXPECT_FALSE(wrong);
    std::string none;
    const bool empty = co_await accepted(world, none, hash);
    EXPECT_FALSE(empty);
}

io::Task<void> hashes_are_salted(SecurityWorld& world) {
    std::string password = "twice";
    const std::string one = co_await hashed(world, password);
    const std::string two = co_await hashed(world, password);
    EXPECT_NE(one, two);
}

io::Task<void> a_password_may_have_72_bytes_and_no_more(SecurityWorld& world) {
    std::string longest(72, 'p');
    const std::string hash = co_await hashed(world, longest);
    const bool right = co_await accepted(world, longest, hash);
    EXPECT_TRUE(right);
    std::string shorter(71, 'p');
    const bool cut = co_await accepted(world, shorter, hash);
    EXPECT_FALSE(cut);
    for (std::string bad : {std::string(73, 'p'), std::string("with\0nul", 8)}) {
        const Result<std::string> refused = co_await world.passwords.hash(bad);
        EXPECT_FALSE(refused);
        if (!refused) EXPECT_EQ(refused.error().code, Errc::invalid_argument);
        const bool verified = co_await accepted(world, bad, hash);
        EXPECT_FALSE(verified);
    }
}

io::Task<void> a_broken_hash_verifies_nothing(SecurityWorld& world) {
    std::string password = "p";
    const std::string hash = co_await hashed(world, password);
    for (std::string bad : {std::string(),
                            std::string("*0"),
                            std::string("x"),
                            hash.substr(0, hash.size() - 1),
                            std::string(60, '$')}) {
        const bool verified = co_await accepted(world, password, bad);
        EXPECT_FALSE(verified) << bad;
    }
}

io::Task<bool> trusted(io::TokenSigner& tokens, std::string input, std::string signature) {
    const Result<bool> good = co_await tokens.verify(std::move(input), std::move(signature));
    co_return good && *good;
}

io::Task<void> a_signature_verifies_its_input_only(SecurityWorld& world) {
    std::string input = "header.payload";
    const Result<std::string> signature = co_await world.tokens.sign(input);
    EXPECT_TRUE(signature);
    if (!signature) co_return;
    const bool good = co_await trusted(world.tokens, input, *signature);
    EXPECT_TRUE(good);
    std::string forged_input = "header.payloaD";
    const bool other_input = co_await trusted(world.tokens, forged_input, *signature);
    EXPECT_FALSE(other_input);
    for (const std::size_t at : {std::size_t{0}, signature->size() / 2, signature->size() - 1}) {
        std::string forged = *signature;
        forged[at] = static_cast<char>(forged[at] ^ 1);
        const bool other_signature = co_await trusted(world.tokens, input, forged);
        EXPECT_FALSE(other_signature);
    }
    for (std::string bad : {std::string(), std::string("short"), *signature + "x"}) {
        const bool other_size = co_await trusted(world.tokens, input, bad);
        EXPECT_FALSE(other_size);
    }
}

io::Task<void> a_foreign_key_is_not_trusted(SecurityWorld& world) {
    std::string input = "header.payload";
    const Result<std::string> foreign = co_await world.foreign_tokens.sign(input);
    EXPECT_TRUE(foreign);
    if (!foreign) co_return;
    const bool good = co_await trusted(world.tokens, input, *foreign);
    EXPECT_FALSE(good);
    EXPECT_NE(world.tokens.key_id(), world.foreign_tokens.key_id());
    EXPECT_EQ(world.tokens.key_id(), world.tokens.key_id());
    EXPECT_FALSE(world.tokens.key_id().empty());
}

io::Task<void> a_code_is_of_its_input_and_its_key(SecurityWorld& world) {
    std::string input = "header.payload";
    const std::string code = world.tokens.code(input);
    EXPECT_EQ(code.size(), 32U);
    EXPECT_EQ(world.tokens.code(input), code);
    EXPECT_NE(world.tokens.code("header.payloaD"), code);
    EXPECT_NE(world.tokens.code(""), code);
    EXPECT_NE(world.foreign_tokens.code(input), code);
    // Neither is taken for the other.
    const bool as_signature = co_await trusted(world.tokens, input, code);
    EXPECT_FALSE(as_signature);
    const Result<std::string> signature = co_await world.tokens.sign(input);
    EXPECT_TRUE(signature);
    if (signature) EXPECT_FALSE(signature->starts_with(code));
}

io::Task<void> a_key_has_a_certificate_of_its_own(SecurityWorld& world) {
    EXPECT_FALSE(world.tokens.certificate().empty());
    EXPECT_EQ(world.tokens.certificate(), world.tokens.certificate());
    EXPECT_NE(world.tokens.certificate(), world.foreign_tokens.certificate());
    co_return;
}

io::Task<void> an_empty_input_can_be_signed(SecurityWorld& world) {
    std::string input;
    const Result<std::string> signature = co_await world.tokens.sign(input);
    EXPECT_TRUE(signature);
    if (!signature) co_return;
    const bool good = co_await trusted(world.tokens, input, *signature);
    EXPECT_TRUE(good);
}

io::Task<void> entropy_does_not_repeat(SecurityWorld& world) {
    std::set<std::string> seen;
    for (const std::size_t size : {16U, 16U, 100U, 511U, 512U, 513U, 5000U, 16U}) {
        std::string bytes(size, '\0');
        world.entropy.fill(bytes);
        EXPECT_TRUE(seen.insert(bytes.substr(0, 16)).second);
        EXPECT_NE(bytes.substr(size - 8), std::string(8, '\0'));
    }
    Random one = world.entropy.generator();
    Random two = world.entropy.generator();
    EXPECT_NE(one.next(), two.next());
    co_return;
}

constexpr SecurityCheck checks[] = {
    {"the_password_verifies_and_no_other", the_password_verifies_and_no_other},
    {"hashes_are_salted", hashes_are_salted},
    {"a_password_may_have_72_bytes_and_no_more", a_password_may_have_72_bytes_and_no_more},
    {"a_broken_hash_verifies_nothing", a_broken_hash_verifies_nothing},
    {"a_signature_verifies_its_input_only", a_signature_verifies_its_input_only},
    {"a_foreign_key_is_not_trusted", a_foreign_key_is_not_trusted},
    {"a_code_is_of_its_input_and_its_key", a_code_is_of_its_input_and_its_key},
    {"a_key_has_a_certificate_of_its_own", a_key_has_a_certificate_of_its_own},
    {"an_empty_input_can_be_signed", an_empty_input_can_be_signed},
    {"entropy_does_not_repeat", entropy_does_not_repeat},
};

}  // namespace

std::span<const SecurityCheck> security_checks() {
    return checks;
}

}  // namespace playback::contract
