#include "adapters/docker/image_import.h"

#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "adapters/docker/exchange.h"
#include "adapters/docker/messages.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace playback::adapters {
namespace {

constexpr std::size_t tar_block = 512;
constexpr std::string_view hash_label = "com.omgservers.playback.program";

// One field of the header: octal digits, ended by a NUL.
void put_octal(std::string& header, std::size_t at, std::size_t width, std::uint64_t value) {
    for (std::size_t i = at + width - 1; i-- > at; value >>= 3)
        header[i] = static_cast<char>('0' + (value & 7));
}

void put_text(std::string& header, std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
}

std::string hash_of(std::string_view program) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::uint64_t hash = hash_bytes(program);
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[hash >> shift & 0xf];
    return text;
}

bool has_label(std::string_view inspection, const std::string& hash) {
    const auto json = nlohmann::json::parse(inspection, nullptr, false);
    const nlohmann::json* at = &json;
    for (const std::string_view step : {std::string_view("Config"), std::string_view("Labels")}) {
        if (!at->is_object() || !at->contains(step)) return false;
        at = &(*at)[step];
    }
    if (!at->is_object()) return false;
    const auto label = at->find(hash_label);
    return label != at->end() && label->is_string() && label->get<std::string>() == hash;
}

std::string import_target(const ProgramImage& image, const std::string& hash) {
    const docker::ImageName name = docker::split_image(image.reference);
    const std::string entry = "ENTRYPOINT [\"/" + image.name + "\"]";
    const std::string label = "LABEL " + std::string(hash_label) + "=" + hash;
    return "/images/create?fromSrc=-&repo=" + docker::escape(name.name) +
           "&tag=" + docker::escape(name.tag) + "&changes=" + docker::escape(entry) +
           "&changes=" + docker::escape(label);
}

}  // namespace

std::string tar_of_program(std::string_view name, std::string_view program) {
    CHECK(!name.empty() && name.size() < 100);
    std::string header(tar_block, '\0');
    put_text(header, 0, name);
    put_octal(header, 100, 8, 0755);
    put_octal(header, 108, 8, 0);  // user
    put_octal(header, 116, 8, 0);  // group
    put_octal(header, 124, 12, program.size());
    put_octal(header, 136, 12, 0);  // time: the same program is the same archive
    header[156] = '0';              // a file
    put_text(header, 257, std::string_view("ustar\00000", 8));
    put_text(header, 148, "        ");
    std::uint64_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put_octal(header, 148, 7, sum);
    header[154] = '\0';

    std::string archive = std::move(header);
    archive += program;
    const std::size_t padded = (archive.size() + tar_block - 1) / tar_block * tar_block;
    archive.resize(padded + 2 * tar_block, '\0');
    return archive;
}

io::Task<Result<bool>> import_program(io::Network& network,
                                      io::Endpoint daemon,
                                      ProgramImage image,
                                      Instant deadline) {
    const std::string hash = hash_of(image.program);
    docker::Request look;
    look.target = "/images/" + image.reference + "/json";
    Result<docker::Answer> known =
        co_await docker::call(network, daemon, std::move(look), deadline);
    if (!known) co_return known.error();
    if (known->status == 200 && has_label(known->body, hash)) co_return false;

    docker::Request request;
    request.method = "POST";
    request.target = import_target(image, hash);
    request.body = tar_of_program(image.name, image.program);
    Result<docker::Answer> made =
        co_await docker::call(network, daemon, std::move(request), deadline);
    if (!made) co_return made.error();
    if (made->status != 200)
        co_return Error{Errc::io_failed, "docker: " + docker::message_of(made->body)};
    docker::PullProgress progress;
    const Result<void> done = progress.take(made->body);
    if (!done) co_return done.error();
    co_return true;
}

}  // namespace playback::adapters
