#include "engine/wire/http1_chunked.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::wire {
namespace {

struct Decoded {
    std::string body;
    std::size_t used = 0;
    bool done = false;
    int status = 0;

    friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view input, std::size_t piece, const ChunkDecoder::Limits& limits = {}) {
    ChunkDecoder decoder(limits);
    Decoded result;
    while (result.used < input.size() && !decoder.done() && !decoder.error()) {
        const std::string part(input.substr(result.used, piece));  // its own bytes
        result.used += decoder.feed(part, result.body);
    }
    result.done = decoder.done();
    result.status = decoder.error().status;
    return result;
}

TEST(ChunkDecoder, DecodesWhateverTheSplit) {
    const std::string input =
        "4\r\nWiki\r\n5;name=value\r\npedia\r\nE;x\r\n in\r\n\r\nchunks.\r\n0\r\nExpires: never\r\n"
        "X-T: 1\r\n\r\nGET /";
    for (std::size_t piece = 1; piece <= input.size(); ++piece) {
        const Decoded result = decode(input, piece);
        EXPECT_EQ(result.body, "Wikipedia in\r\n\r\nchunks.");
        EXPECT_TRUE(result.done);
        EXPECT_EQ(input.substr(result.used), "GET /");
    }
}

TEST(ChunkDecoder, RefusesWhatTwoReadersCouldReadDifferently) {
    for (const char* input : {"\r\n",
                              " 4\r\nWiki\r\n0\r\n\r\n",
                              "4 \r\nWiki\r\n0\r\n\r\n",
                              "4\nWiki\n0\n\n",
                              "4\r\nWiki0\r\n\r\n",
                              "4\r\nWikip\r\n0\r\n\r\n",
                              "4\r\nWiki\n0\r\n\r\n",
                              "0x4\r\nWiki",
                              "+4\r\nWiki",
                              "-4\r\nWiki",
                              "g\r\n",
                              "4;a\nb\r\nWiki",
                              "4;a\rb\r\nWiki",
                              "4\rWiki",
                              "4\tx\r\n",
                              "10000000000000000\r\n",
                              "0\r\nX: a\nY: b\r\n\r\n",
                              "0\r\n X: a\r\n\r\n",
                              "0\r\n\rX",
                              "0\r\n: x\r\n\r\n",
                              "4,4\r\nWiki",
                              "4\r\n\r\nWiki"})
        EXPECT_EQ(decode(input, 3).status, 400) << input;
}

TEST(ChunkDecoder, LimitsDataOverheadAndLines) {
    EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 99, {.data_max = 5}).status, 0);
    EXPECT_EQ(decode("3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n", 99, {.data_max = 5}).status, 413);
    EXPECT_EQ(decode("fffffffffffffff\r\n", 99, {.data_max = 5}).status, 413);
    EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 99, {.overhead_max = 10}).status, 0);
    EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 99, {.overhead_max = 9}).status, 413);
    const std::string extension(ChunkDecoder::line_bytes_max, 'x');
    EXPECT_EQ(decode("0;" + extension + "\r\n\r\n", 99).status, 0);
    EXPECT_EQ(decode("0;" + extension + "x\r\n\r\n", 99).status, 400);
    std::string trailers = "0\r\n";
    for (std::size_t i = 0; i < ChunkDecoder::trailer_lines_max; ++i) trailers += "T: x\r\n";
    EXPECT_TRUE(decode(trailers + "\r\n", 99).done);
    EXPECT_EQ(decode(trailers + "T: x\r\n\r\n", 99).status, 400);
}

TEST(ChunkDecoder, GivesBackWhatWasEncoded) {
    EXPECT_TRUE(rc::check([](const std::vector<std::string>& pieces) {
        std::string input;
        std::string wanted;
        for (const std::string& piece : pieces) {
            if (piece.empty()) continue;
            constexpr std::string_view hex = "0123456789abcdef";
            if (piece.size() >= 16) input += hex[piece.size() / 16 % 16];
            input += hex[piece.size() % 16];
            input += "\r\n" + piece + "\r\n";
            wanted += piece;
        }
        input += "0\r\n\r\n";
        const Decoded result = decode(input, *rc::gen::inRange<std::size_t>(1, 50));
        RC_ASSERT(result.done);
        RC_ASSERT(result.body == wanted);
        RC_ASSERT(result.used == input.size());
    }));
}

TEST(ChunkDecoder, AnyBytesGiveTheSameHoweverTheyAreSplit) {
    EXPECT_TRUE(rc::check([] {
        const auto input = *rc::gen::container<std::string>(
            rc::gen::element('0', '1', '2', 'a', '\r', '\n', ';', ' ', 'X', ':'));
        const Decoded whole = decode(input, 1000);
        RC_ASSERT(decode(input, *rc::gen::inRange<std::size_t>(1, 5)) == whole);
    }));
}

}  // namespace
}  // namespace playback::wire
