#include "adapters/openssl/rsa_signer.h"

#include <array>
#include <ctime>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "adapters/openssl/key_file.h"
#include "engine/base/check.h"

namespace playback::adapters {
namespace {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;

constexpr Duration signing_cost = microseconds(400);
// Has the secret of codes differ from whatever else may be made of the key one day.
constexpr std::string_view code_label = "playback HS256 tokens, 1";
constexpr long day_s = 24L * 60 * 60;
constexpr long certificate_life_s = 20 * 365 * day_s;
constexpr long certificate_spare_s = 365 * day_s;  // less than that left: a new one

std::string text_of(BIO& bio) {
    char* start = nullptr;
    const long size = BIO_get_mem_data(&bio, &start);
    return {start, static_cast<std::size_t>(size)};
}

std::string hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string der_of(X509& certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(&certificate, &der);
    CHECK(size > 0);
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

std::string pem_of(X509& certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    CHECK(PEM_write_bio_X509(bio.get(), &certificate) == 1);
    return text_of(*bio);
}

// The first certificate in `pem`; none if there is none.
Certificate certificate_in(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Certificate found(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return found;
}

// The passphrase of an encrypted PEM is never asked for on the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

class RsaSigner::Key {
public:
    explicit Key(KeyPointer pair) : pair_(std::move(pair)) {}

    [[nodiscard]] std::string sign(const std::string& input) const {
        const Digest digest(EVP_MD_CTX_new());
        std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(pair_.get())), '\0');
        std::size_t size = signature.size();
        const bool signed_it =
            EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, pair_.get()) == 1 &&
            EVP_DigestSign(digest.get(),
                           reinterpret_cast<unsigned char*>(signature.data()),
                           &size,
                           bytes_of(input),
                           input.size()) == 1;
        CHECK(signed_it);  // it takes no input from outside that could make it fail
        signature.resize(size);
        return signature;
    }

    [[nodiscard]] bool verify(const std::string& input, const std::string& signature) const {
        const Digest digest(EVP_MD_CTX_new());
        const bool started =
            EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, pair_.get()) == 1;
        CHECK(started);
        const int outcome = EVP_DigestVerify(
            digest.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size());
        ERR_clear_error();  // a forged signature leaves its story in the thread's queue
        return outcome == 1;
    }

    // HKDF-Extract (RFC 5869) of the private key, the label being the salt: it tells nothing about
    // the key, and who has the public key or signatures knows nothing about it.
    [[nodiscard]] MessageCode code() const {
        unsigned char* der = nullptr;
        const int size = i2d_PrivateKey(pair_.get(), &der);
        CHECK(size > 0);
        const std::string_view key(reinterpret_cast<const char*>(der),
                                   static_cast<std::size_t>(size));
        std::string secret = MessageCode(code_label).of(key);
        OPENSSL_clear_free(der, key.size());
        MessageCode made(secret);
        OPENSSL_cleanse(secret.data(), secret.size());
        return made;
    }

    [[nodiscard]] std::string id() const {
        unsigned char* der = nullptr;
        const int size = i2d_PUBKEY(pair_.get(), &der);
        CHECK(size > 0);
        std::array<unsigned char, SHA256_DIGEST_LENGTH> sum{};
        SHA256(der, static_cast<std::size_t>(size), sum.data());
        OPENSSL_free(der);
        return hex(std::span(sum).first(16));
    }

    [[nodiscard]] std::string public_pem() const {
        const Bio bio(BIO_new(BIO_s_mem()));
        CHECK(PEM_write_bio_PUBKEY(bio.get(), pair_.get()) == 1);
        return text_of(*bio);
    }

    [[nodiscard]] std::string private_pem() const {
        const Bio bio(BIO_new(BIO_s_secmem()));
        CHECK(PEM_write_bio_PKCS8PrivateKey(
                  bio.get(), pair_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
        return text_of(*bio);
    }

    // A new one, signed by the key itself. Two certificates of one name must differ in their serial
    // number, so that is the time.
    [[nodiscard]] Certificate make_certificate() const {
        Certificate made(X509_new());
        X509_NAME* const name = X509_get_subject_name(made.get());
        const std::string common = "playback tokens " + id().substr(0, 12);
        const auto* const text = reinterpret_cast<const unsigned char*>(common.data());
        const bool is_made =
            X509_set_version(made.get(), X509_VERSION_3) == 1 &&
            ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()), ::time(nullptr)) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(made.get()), -day_s) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(made.get()), certificate_life_s) != nullptr &&
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
            X509_set_issuer_name(made.get(), name) == 1 &&
            X509_set_pubkey(made.get(), pair_.get()) == 1 && add_use(*made) &&
            X509_sign(made.get(), pair_.get(), EVP_sha256()) > 0;
        CHECK(is_made);  // it takes no input from outside that could make it fail
        return made;
    }

    // Is it of this key, and will it be good for some time?
    [[nodiscard]] bool has_issued(X509& certificate) const {
        const EVP_PKEY* const key = X509_get0_pubkey(&certificate);
        if (key == nullptr || EVP_PKEY_eq(key, pair_.get()) != 1) return false;
        ::time_t until = ::time(nullptr) + certificate_spare_s;
        return X509_cmp_time(X509_get0_notAfter(&certificate), &until) > 0 &&
               X509_cmp_current_time(X509_get0_notBefore(&certificate)) < 0;
    }

private:
    // An authority for nothing but itself: some verifiers trust only authorities.
    static bool add_use(X509& certificate) {
        X509V3_CTX context{};
        X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
        for (const auto& [number, value] :
             {std::pair{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
              std::pair{NID_key_usage, "critical,digitalSignature,keyCertSign"},
              std::pair{NID_subject_key_identifier, "hash"}}) {
            const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, number, value));
            if (!extension || X509_add_ext(&certificate, extension.get(), -1) != 1) return false;
        }
        return true;
    }

    KeyPointer pair_;
};

RsaSigner::RsaSigner(std::shared_ptr<const Key> key, io::Offload& offload)
    : key_(std::move(key)),
      offload_(offload),
      code_(key_->code()),
      key_id_(key_->id()),
      public_key_pem_(key_->public_pem()),
      certificate_(der_of(*key_->make_certificate())) {
}

RsaSigner::~RsaSigner() = default;

Result<std::unique_ptr<RsaSigner>> RsaSigner::from_pem(std::string_view pem, io::Offload& offload) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    KeyPointer pair(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!pair || EVP_PKEY_get_base_id(pair.get()) != EVP_PKEY_RSA)
        return Error{Errc::invalid_argument, "is not an unencrypted RSA private key in PEM form"};
    if (EVP_PKEY_get_bits(pair.get()) < key_bits_min)
        return Error{Errc::invalid_argument, "key must have at least 2048 bits"};
    auto key = std::make_shared<const Key>(std::move(pair));
    return std::unique_ptr<RsaSigner>(new RsaSigner(std::move(key), offload));
}

Result<std::unique_ptr<RsaSigner>> RsaSigner::open(const std::string& path, io::Offload& offload) {
    Result<std::string> pem = read_secret_file(path);
    if (!pem && pem.error().code == Errc::not_found) {
        KeyPointer pair(EVP_RSA_gen(static_cast<unsigned int>(key_bits_min)));
        if (!pair) return Error{Errc::io_failed, "cannot make an RSA key"};
        std::string fresh = Key(std::move(pair)).private_pem();
        const Result<void> written = create_secret_file(path, fresh);
        OPENSSL_cleanse(fresh.data(), fresh.size());
        if (!written && written.error().code != Errc::already_exists) return written.error();
        pem = read_secret_file(path);  // also when another process was first
    }
    if (!pem) return pem.error();
    Result<std::unique_ptr<RsaSigner>> signer = from_pem(*pem, offload);
    OPENSSL_cleanse(pem->data(), pem->size());
    if (!signer) return Error{signer.error().code, path + ": " + signer.error().detail};
    return signer;
}

Result<void> RsaSigner::keep_certificate(const std::string& path) {
    const Result<std::string> kept = read_secret_file(path);
    if (!kept && kept.error().code != Errc::not_found) return kept.error();
    if (kept) {
        const Certificate found = certificate_in(*kept);
        if (found && key_->has_issued(*found)) {
            certificate_ = der_of(*found);
            return {};
        }
    }
    const Certificate made = key_->make_certificate();
    TRY_VOID(replace_public_file(path, pem_of(*made)));
    certificate_ = der_of(*made);
    return {};
}

io::Task<Result<std::string>> RsaSigner::sign(std::string input) {
    const auto signature = std::make_shared<std::string>();
    std::move_only_function<void()> work = [key = key_, signature, text = std::move(input)] {
        *signature = key->sign(text);
    };
    const bool ran = co_await offload_.run(std::move(work), signing_cost);
    if (!ran) co_return Error{Errc::unavailable, "too many tokens are being signed"};
    co_return std::move(*signature);
}

io::Task<Result<bool>> RsaSigner::verify(std::string input, std::string signature) {
    co_return key_->verify(input, signature);
}

}  // namespace playback::adapters
