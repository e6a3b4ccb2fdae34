// RsaSigner: io::TokenSigner by OpenSSL: RS256 with one RSA key pair of at least 2048 bits.
//
// Signing (0.3 ms) runs on the threads of an io::Offload; verifying (20 us) and codes (1 us) at
// once. The secret of codes is made of the private key, so there is one file to keep. The private
// key comes from a PEM file, or is made at the first start and written to a 0600 file. Errors of
// `open`: as the file's, `invalid_argument` for a key that is none or too small. Secrets never
// reach an error's detail. The certificate is self-signed, for those who want the key in one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/openssl/message_code.h"
#include "engine/io/offload.h"
#include "engine/io/security.h"

namespace playback::adapters {

class RsaSigner final : public io::TokenSigner {
public:
    static constexpr int key_bits_min = 2048;

    // The key in the PEM file at `path`; it is made if there is none.
    static Result<std::unique_ptr<RsaSigner>> open(const std::string& path, io::Offload& offload);
    // The key in `pem`.
    static Result<std::unique_ptr<RsaSigner>> from_pem(std::string_view pem, io::Offload& offload);

    RsaSigner(const RsaSigner&) = delete;
    RsaSigner& operator=(const RsaSigner&) = delete;
    ~RsaSigner() override;

    io::Task<Result<std::string>> sign(std::string input) override;
    io::Task<Result<bool>> verify(std::string input, std::string signature) override;
    std::string code(std::string_view input) override { return code_.of(input); }
    [[nodiscard]] std::string key_id() const override { return key_id_; }
    [[nodiscard]] std::string certificate() const override { return certificate_; }

    // From now on the certificate is the one in the PEM file at `path`, if that is of this key and
    // valid for another year; else the file is replaced by a new one, which everybody may read: it
    // holds no secret. Without this call the certificate is another one at each start.
    Result<void> keep_certificate(const std::string& path);

    // "-----BEGIN PUBLIC KEY-----...": what others verify our tokens with.
    [[nodiscard]] const std::string& public_key_pem() const { return public_key_pem_; }

private:
    class Key;  // OpenSSL's

    RsaSigner(std::shared_ptr<const Key> key, io::Offload& offload);

    std::shared_ptr<const Key> key_;  // shared with the thread that signs
    io::Offload& offload_;
    MessageCode code_;
    std::string key_id_;
    std::string public_key_pem_;
    std::string certificate_;  // DER
};

}  // namespace playback::adapters
