// The security contract on both arms, and what only real keys and hashes can get wrong.
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "adapters/openssl/bcrypt.h"
#include "adapters/openssl/entropy.h"
#include "adapters/openssl/rsa_signer.h"
#include "adapters/prometheus/prometheus_metrics.h"
#include "tests/contract/real_world_support.h"
#include "tests/contract/security_contract.h"
#include "tests/contract/simulated_support.h"

namespace playback::contract {
namespace {

using adapters::BcryptHasher;
using adapters::PrometheusMetrics;
using adapters::RsaSigner;
using adapters::SystemEntropy;

std::string name_of_check(const testing::TestParamInfo<SecurityCheck>& info) {
    return info.param.name;
}

class RealSecurity : public testing::TestWithParam<SecurityCheck> {
protected:
    // Keys take a while to make: two for all tests.
    static void SetUpTestSuite() { directory_ = new TemporaryDirectory; }
    static void TearDownTestSuite() {
        delete directory_;
        directory_ = nullptr;
    }
    static std::string key_file(const char* name) { return directory_->path() + "/" + name; }

private:
    static inline TemporaryDirectory* directory_ = nullptr;
};

TEST_P(RealSecurity, KeepsTheContract) {
    RealFixture real;
    SystemEntropy entropy;
    PrometheusMetrics metrics;
    BcryptHasher passwords(real.world.offload(), entropy, metrics, BcryptHasher::cost_min);
    const auto ours = std::move(*RsaSigner::open(key_file("ours.pem"), real.world.offload()));
    const auto theirs = std::move(*RsaSigner::open(key_file("theirs.pem"), real.world.offload()));
    SecurityWorld world{real.world.executor(), entropy, passwords, *ours, *theirs};
    real.world.run(GetParam().run(world));
}

INSTANTIATE_TEST_SUITE_P(OpenSsl,
                         RealSecurity,
                         testing::ValuesIn(security_checks().begin(), security_checks().end()),
                         name_of_check);

class SimulatedSecurity : public testing::TestWithParam<SecurityCheck> {};

io::Task<void> check_simulated(sim::SimNode& node, const SecurityCheck& check) {
    const io::Io io = node.io();
    sim::SimTokenSigner foreign(node.core().offload, 99);
    SecurityWorld world{io.executor, io.entropy, io.passwords, io.tokens, foreign};
    co_await check.run(world);
}

TEST_P(SimulatedSecurity, KeepsTheContract) {
    run_simulated([](sim::SimNode& node) { return check_simulated(node, GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Sim,
                         SimulatedSecurity,
                         testing::ValuesIn(security_checks().begin(), security_checks().end()),
                         name_of_check);

TEST(BcryptHasher, VerifiesHashesOfOtherMakersAndCosts) {
    RealFixture real;
    SystemEntropy entropy;
    PrometheusMetrics metrics;
    BcryptHasher passwords(real.world.offload(), entropy, metrics, 5);
    auto body = [&]() -> io::Task<void> {
        // A published vector of crypt_blowfish.
        std::string known = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        std::string text = "U*U";
        const Result<bool> good = co_await passwords.verify(text, known);
        EXPECT_TRUE(good && *good);
        std::string password = "cost";
        const Result<std::string> hash = co_await passwords.hash(password);
        EXPECT_TRUE(hash && hash->starts_with("$2b$05$") && hash->size() == 60);
        std::string broken = "$2b$99$" + std::string(53, 'a');
        const Result<bool> corrupt = co_await passwords.verify(password, broken);
        EXPECT_FALSE(corrupt);
        if (!corrupt) EXPECT_EQ(corrupt.error().code, Errc::corrupt);
    };
    real.world.run(body());
}

TEST(BcryptHasher, CountsTheCpuTimeOfEachHash) {
    RealFixture real;
    SystemEntropy entropy;
    PrometheusMetrics metrics;
    BcryptHasher passwords(real.world.offload(), entropy, metrics, BcryptHasher::cost_min);
    auto body = [&]() -> io::Task<void> {
        std::string password = "p";
        const Result<std::string> hash = co_await passwords.hash(password);
        std::string known = *hash;
        const Result<bool> good = co_await passwords.verify(password, known);
        EXPECT_TRUE(good && *good);
        std::string long_one(73, 'p');
        const Result<bool> refused = co_await passwords.verify(long_one, known);
        EXPECT_FALSE(refused);
    };
    real.world.run(body());
    const std::string page = metrics.render();
    EXPECT_TRUE(page.contains("playback_password_hash_cpu_microseconds_count 2\n")) << page;
    EXPECT_FALSE(page.contains("playback_password_hash_cpu_microseconds_sum 0\n")) << page;
}

TEST(RsaSigner, KeepsItsKeyInAFileForItsOwnerOnly) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/token.pem";
    RealFixture real;
    const auto first = RsaSigner::open(path, real.world.offload());
    ASSERT_TRUE(first) << first.error().detail;
    struct stat found{};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    const auto second = RsaSigner::open(path, real.world.offload());
    ASSERT_TRUE(second);
    EXPECT_EQ((*first)->key_id(), (*second)->key_id());
    EXPECT_EQ((*first)->key_id().size(), 32U);
    EXPECT_EQ((*first)->public_key_pem(), (*second)->public_key_pem());
    EXPECT_TRUE((*first)->public_key_pem().starts_with("-----BEGIN PUBLIC KEY-----"));
    // Nothing but the key is left in the directory.
    const std::filesystem::directory_iterator files(directory.path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(RsaSigner, KeepsTheCertificateOfItsKeyInAFileForEverybody) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/registry.pem";
    RealFixture real;
    const auto signer = std::move(*RsaSigner::open(directory.path() + "/1", real.world.offload()));
    ASSERT_TRUE(signer->keep_certificate(path));
    struct stat found{};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0644U);
    const std::string pem = text_of(path);
    EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE-----")) << pem;
    const std::string kept = signer->certificate();

    // The next start finds it, another key does not take it, and what is none is replaced.
    const auto again = std::move(*RsaSigner::open(directory.path() + "/1", real.world.offload()));
    ASSERT_TRUE(again->keep_certificate(path));
    EXPECT_EQ(again->certificate(), kept);
    EXPECT_EQ(text_of(path), pem);
    const auto other = std::move(*RsaSigner::open(directory.path() + "/2", real.world.offload()));
    ASSERT_TRUE(other->keep_certificate(path));
    EXPECT_NE(other->certificate(), kept);
    EXPECT_NE(text_of(path), pem);
    std::ofstream(path) << "nothing";
    ASSERT_TRUE(again->keep_certificate(path));
    EXPECT_TRUE(text_of(path).starts_with("-----BEGIN CERTIFICATE-----"));

    const Result<void> nowhere = again->keep_certificate(directory.path() + "/no/registry.pem");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, Errc::not_found);
    const std::filesystem::directory_iterator files(directory.path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 3) << "two keys, one certificate";
}

TEST(RsaSigner, RefusesWhatIsNoGoodKeyAndKeepsTheFile) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/token.pem";
    std::ofstream(path) << "not a key";
    RealFixture real;
    const auto broken = RsaSigner::open(path, real.world.offload());
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, Errc::invalid_argument);
    std::string kept;
    std::getline(std::ifstream(path), kept);
    EXPECT_EQ(kept, "not a key");
    const auto nowhere = RsaSigner::open(directory.path() + "/no/token.pem", real.world.offload());
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, Errc::not_found);
}

}  // namespace
}  // namespace playback::contract
