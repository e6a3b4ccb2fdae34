#include "engine/wire/websocket.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace playback::wire {
namespace {

using Status = WebSocketParser::Status;

struct Seen {
    Opcode opcode = Opcode::text;
    std::string payload;
    std::uint16_t close_code = close_code::none_received;

    friend bool operator==(const Seen&, const Seen&) = default;
};

void showValue(const Seen& seen, std::ostream& os) {  // NOLINT: the name that RapidCheck looks for
    os << static_cast<int>(seen.opcode) << ':' << seen.payload << ':' << seen.close_code;
}

void PrintTo(const Seen& seen, std::ostream* os) {  // NOLINT: the name that GoogleTest looks for
    showValue(seen, *os);
}

// What one end reads: events, then the code that it fails with, or 0.
struct Heard {
    std::vector<Seen> events;
    std::uint16_t failure = 0;
    std::size_t unread = 0;  // bytes left in the buffer at the end

    friend bool operator==(const Heard&, const Heard&) = default;
};

// Feeds `input` in pieces whose sizes `cuts` repeats. Each piece makes a new buffer of exactly the
// bytes in it, so that the sanitizers see whoever looks at the old one or beyond the end.
Heard hear_in(const std::vector<std::size_t>& cuts,
              WebSocketEnd end,
              std::string_view input,
              const WebSocketLimits& limits = {}) {
    WebSocketParser parser(end, limits);
    Heard heard;
    auto unread = std::make_unique<std::vector<char>>();
    for (std::size_t turn = 0; !input.empty(); ++turn) {
        const std::size_t piece = std::min(input.size(), cuts[turn % cuts.size()]);
        auto larger = std::make_unique<std::vector<char>>(*unread);
        larger->insert(
            larger->end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(piece));
        larger->shrink_to_fit();
        unread = std::move(larger);
        input.remove_prefix(piece);
        for (;;) {
            const Status status = parser.parse(*unread);
            if (status == Status::need_more) break;
            if (status == Status::failed) {
                EXPECT_FALSE(parser.error().empty());
                EXPECT_EQ(parser.parse(*unread), Status::failed) << "a failure is final";
                heard.failure = parser.close_code();
                return heard;
            }
            const WebSocketParser::Event& event = parser.event();
            heard.events.push_back({event.opcode, std::string(event.payload), event.close_code});
            unread->erase(unread->begin(),
                          unread->begin() + static_cast<std::ptrdiff_t>(event.consumed));
        }
        EXPECT_LT(unread->size(), limits.frame_bytes_max());
    }
    heard.unread = unread->size();
    return heard;
}

Heard hear(WebSocketEnd end, std::string_view input, const WebSocketLimits& limits = {}) {
    const Heard at_once = hear_in({input.size() + 1}, end, input, limits);
    EXPECT_EQ(hear_in({1}, end, input, limits), at_once) << "byte by byte";
    EXPECT_EQ(hear_in({3, 1, 5}, end, input, limits), at_once) << "in pieces";
    return at_once;
}

std::string from_hex(std::string_view text) {
    std::string bytes;
    std::string digits;
    for (const char c : text) {
        if (c == ' ') continue;
        digits += c;
        if (digits.size() < 2) continue;
        bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
        digits.clear();
    }
    return bytes;
}

// A frame of a server whose first byte is `first`, which may break rules.
std::string frame_of(std::uint8_t first, std::string_view payload) {
    std::string out;
    append_frame(out, Opcode::binary, payload);
    out[0] = static_cast<char>(first);
    return out;
}

std::string masked_frame_of(std::uint8_t first, std::string_view payload, std::uint32_t mask) {
    std::string out;
    append_masked_frame(out, Opcode::binary, payload, mask);
    out[0] = static_cast<char>(first);
    return out;
}

using Events = std::vector<Seen>;

// RFC 6455 section 5.7, each read by the end that may receive it.
TEST(WebSocketParser, ReadsTheExamplesOfTheRfc) {
    const auto server = [](std::string_view text) {
        return hear(WebSocketEnd::server, from_hex(text)).events;
    };
    const auto client = [](const std::string& bytes) {
        return hear(WebSocketEnd::client, bytes).events;
    };
    const Seen hello{Opcode::text, "Hello"};
    EXPECT_EQ(client(from_hex("81 05 48 65 6c 6c 6f")), Events{hello});
    EXPECT_EQ(server("81 85 37 fa 21 3d 7f 9f 4d 51 58"), Events{hello});
    EXPECT_EQ(client(from_hex("01 03 48 65 6c 80 02 6c 6f")), Events{hello});
    EXPECT_EQ(client(from_hex("89 05 48 65 6c 6c 6f")), (Events{{Opcode::ping, "Hello"}}));
    EXPECT_EQ(server("8a 85 37 fa 21 3d 7f 9f 4d 51 58"), (Events{{Opcode::pong, "Hello"}}));
    const std::string short_payload(256, '\x01');
    const std::string long_payload(65536, '\x02');
    EXPECT_EQ(client(from_hex("82 7e 01 00") + short_payload),
              (Events{{Opcode::binary, short_payload}}));
    EXPECT_EQ(
        hear_in(
            {10000}, WebSocketEnd::client, from_hex("82 7f 00 00 00 00 00 01 00 00") + long_payload)
            .events,
        (Events{{Opcode::binary, long_payload}}));
}

TEST(WebSocketFrames, AreTheExamplesOfTheRfc) {
    const auto frame = [](Opcode opcode, std::string_view payload) {
        std::string out;
        append_frame(out, opcode, payload);
        return out;
    };
    EXPECT_EQ(frame(Opcode::text, "Hello"), from_hex("81 05 48 65 6c 6c 6f"));
    EXPECT_EQ(frame(Opcode::ping, "Hello"), from_hex("89 05 48 65 6c 6c 6f"));
    std::string masked = "before";
    append_masked_frame(masked, Opcode::text, "Hello", 0x37fa213d);
    EXPECT_EQ(masked, "before" + from_hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
    const std::string short_payload(256, '\x01');
    EXPECT_EQ(frame(Opcode::binary, short_payload), from_hex("82 7e 01 00") + short_payload);
    const std::string long_payload(65536, '\x02');
    EXPECT_EQ(frame(Opcode::binary, long_payload),
              from_hex("82 7f 00 00 00 00 00 01 00 00") + long_payload);
    EXPECT_EQ(frame(Opcode::binary, std::string(125, 'x')).substr(0, 3), from_hex("82 7d 78"));
    EXPECT_EQ(frame(Opcode::binary, std::string(126, 'x')).substr(0, 4), from_hex("82 7e 00 7e"));
    EXPECT_EQ(frame(Opcode::binary, std::string(65535, 'x')).substr(0, 4), from_hex("82 7e ff ff"));
}

struct Refused {
    const char* what;
    const char* bytes;
    std::uint16_t code;
};

TEST(WebSocketParser, RefusesWhatAServerMustNotGet) {
    for (const Refused& refused : {
             Refused{"no mask", "81 00", 1002},
             Refused{"no mask on a ping", "89 00", 1002},
             Refused{"reserved bit 1", "c1", 1002},
             Refused{"reserved bit 2", "a1", 1002},
             Refused{"reserved bit 3", "91", 1002},
             Refused{"opcode 3", "83", 1002},
             Refused{"opcode 7", "87", 1002},
             Refused{"opcode 11", "8b", 1002},
             Refused{"opcode 15", "8f", 1002},
             Refused{"a close in fragments", "08", 1002},
             Refused{"a ping in fragments", "09", 1002},
             Refused{"a pong in fragments", "0a", 1002},
             Refused{"a ping of 126 bytes", "89 fe", 1002},
             Refused{"a close of 2^16 bytes", "88 ff", 1002},
             Refused{"continues nothing", "80", 1002},
             Refused{"continues nothing, and more", "00", 1002},
             Refused{"continues what has ended", "01 80 00 00 00 00 80 80 00 00 00 00 80", 1002},
             Refused{"text inside a message", "01 80 00 00 00 00 81", 1002},
             Refused{"binary inside a message", "02 80 00 00 00 00 02", 1002},
             Refused{"125 in 2 bytes", "82 fe 00 7d", 1002},
             Refused{"0 in 2 bytes", "82 fe 00 00", 1002},
             Refused{"65535 in 8 bytes", "82 ff 00 00 00 00 00 00 ff ff", 1002},
             Refused{"0 in 8 bytes", "82 ff 00 00 00 00 00 00 00 00", 1002},
             Refused{"the highest bit", "82 ff 80 00 00 00 00 00 ff ff", 1002},
             Refused{"2^63 - 1 bytes", "82 ff 7f ff ff ff ff ff ff ff", 1009},
             Refused{"too long by 1, announced", "82 ff 00 00 00 00 00 04 00 01", 1009},
             Refused{"a text that is not UTF-8", "81 81 00 00 00 00 ff", 1007},
             Refused{"a text that ends within a character", "81 82 00 00 00 00 e2 82", 1007},
             Refused{"a surrogate", "81 83 00 00 00 00 ed a0 80", 1007},
             Refused{"fragments that end within a character",
                     "01 81 00 00 00 00 e2 80 81 00 00 00 00 82",
                     1007},
             Refused{"a close of 1 byte", "88 81 00 00 00 00 03", 1002},
             Refused{"a reason that is not UTF-8", "88 83 00 00 00 00 03 e8 ff", 1007},
         }) {
        const Heard heard = hear(WebSocketEnd::server, from_hex(refused.bytes));
        EXPECT_EQ(heard.failure, refused.code) << refused.what;
        const std::string_view prefix = refused.bytes;
        const Heard before =
            hear(WebSocketEnd::server, from_hex(prefix.substr(0, prefix.size() - 2)));
        EXPECT_EQ(before.failure, 0) << refused.what << ": too early";
    }
}

TEST(WebSocketParser, RefusesAMaskAtTheClientsEnd) {
    EXPECT_EQ(hear(WebSocketEnd::client, from_hex("81 80")).failure, close_code::protocol_error);
    EXPECT_EQ(hear(WebSocketEnd::client, from_hex("8a 80")).failure, close_code::protocol_error);
}

TEST(WebSocketParser, EventsBeforeAFailureStand) {
    const Heard heard = hear(WebSocketEnd::client, frame_of(0x81, "good") + frame_of(0x83, "bad"));
    EXPECT_EQ(heard.events, (Events{{Opcode::text, "good"}}));
    EXPECT_EQ(heard.failure, close_code::protocol_error);
}

TEST(WebSocketParser, ReadsCodesOfCloses) {
    EXPECT_EQ(hear(WebSocketEnd::client, frame_of(0x88, "")).events,
              (Events{{Opcode::close, "", close_code::none_received}}));
    EXPECT_EQ(hear(WebSocketEnd::client, from_hex("88 05 03 e8 62 79 65")).events,
              (Events{{Opcode::close, "bye", close_code::normal}}));
    for (std::uint32_t code = 0; code < 65536; ++code) {
        const bool legal = (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) ||
                           (code >= 3000 && code <= 4999);
        const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
        const Heard heard = hear_in({99}, WebSocketEnd::client, frame_of(0x88, payload));
        ASSERT_EQ(heard.failure, legal ? 0 : close_code::protocol_error) << code;
        if (!legal) continue;
        ASSERT_EQ(heard.events, (Events{{Opcode::close, "", static_cast<std::uint16_t>(code)}}));
        ASSERT_EQ(close_payload(static_cast<std::uint16_t>(code), ""), payload);
    }
}

TEST(WebSocketFrames, AReasonIsCutAtAWholeCharacter) {
    EXPECT_EQ(close_payload(1001, "away"), from_hex("03 e9") + "away");
    EXPECT_EQ(close_payload(close_code::none_received, "unsaid"), "");
    EXPECT_EQ(close_payload(1000, std::string(124, 'x')).size(), 125U);
    const std::string euro = "\u20ac";
    EXPECT_EQ(close_payload(1000, std::string(121, 'x') + euro).substr(2), std::string(121, 'x'));
    EXPECT_EQ(close_payload(1000, std::string(120, 'x') + euro).substr(2),
              std::string(120, 'x') + euro);
    EXPECT_EQ(close_payload(1000, "good\xff bad").substr(2), "good");
}

TEST(WebSocketParser, ControlFramesComeBetweenFragments) {
    const std::string input = frame_of(0x01, "one ") + frame_of(0x89, "ping") +
                              frame_of(0x00, "two ") + frame_of(0x00, "") + frame_of(0x8a, "") +
                              frame_of(0x80, "three") + frame_of(0x82, "next");
    const Events expected = {{Opcode::ping, "ping"},
                             {Opcode::pong, ""},
                             {Opcode::text, "one two three"},
                             {Opcode::binary, "next"}};
    const Heard heard = hear(WebSocketEnd::client, input);
    EXPECT_EQ(heard.events, expected);
    EXPECT_EQ(heard.failure, 0);
    EXPECT_EQ(heard.unread, 0U);
}

TEST(WebSocketParser, ACharacterMayCrossFragmentsButNotMessages) {
    EXPECT_EQ(
        hear(WebSocketEnd::client, frame_of(0x01, "\xe2") + frame_of(0x80, "\x82\xac")).events,
        (Events{{Opcode::text, "\u20ac"}}));
    const std::string binary = frame_of(0x02, "\xe2") + frame_of(0x80, "\xff");
    EXPECT_EQ(hear(WebSocketEnd::client, binary).events, (Events{{Opcode::binary, "\xe2\xff"}}));
    EXPECT_EQ(
        hear(WebSocketEnd::client, frame_of(0x81, "\xe2") + frame_of(0x81, "\x82\xac")).failure,
        close_code::invalid_payload);
}

TEST(WebSocketParser, LimitsMessagesAndTheirFragments) {
    const WebSocketLimits limits{.message_bytes_max = 10, .fragments_max = 3};
    const auto failure = [&](const std::string& input) {
        return hear(WebSocketEnd::client, input, limits).failure;
    };
    EXPECT_EQ(failure(frame_of(0x82, "ten bytes!")), 0);
    EXPECT_EQ(failure(frame_of(0x82, "eleven byte").substr(0, 2)), close_code::too_big);
    const std::string seven = frame_of(0x02, "seven b");
    EXPECT_EQ(failure(seven + frame_of(0x80, "and")), 0);
    EXPECT_EQ(failure(seven + frame_of(0x80, "four").substr(0, 2)), close_code::too_big);
    EXPECT_EQ(failure(seven + frame_of(0x80, "and") + seven + frame_of(0x80, "and")), 0)
        << "each message has the whole limit";
    EXPECT_EQ(failure(seven + frame_of(0x89, std::string(125, 'p')) + frame_of(0x80, "and")), 0)
        << "a ping is no part of the message";
    const std::string empty = frame_of(0x00, "");
    EXPECT_EQ(failure(seven + empty + frame_of(0x80, "")), 0);
    EXPECT_EQ(failure(seven + empty + empty + frame_of(0x80, "").substr(0, 1)),
              close_code::policy_violation);
    const WebSocketLimits none{.message_bytes_max = 0, .fragments_max = 1};
    EXPECT_EQ(hear(WebSocketEnd::client, frame_of(0x82, ""), none).events,
              (Events{{Opcode::binary, ""}}));
    EXPECT_EQ(hear(WebSocketEnd::client, frame_of(0x82, "x"), none).failure, close_code::too_big);
}

// A buffer of frame_bytes_max sees every message that the limits allow, however it is cut.
TEST(WebSocketParser, TheLargestMessageFitsTheBuffer) {
    const WebSocketLimits limits{.message_bytes_max = 3UL * 65536, .fragments_max = 3};
    const std::string part(65536, 'x');
    const std::string fragments = masked_frame_of(0x02, part, 1) + masked_frame_of(0x00, part, 2);
    const std::string last = masked_frame_of(0x80, part, 3);
    EXPECT_LE(fragments.size() + last.size(), limits.frame_bytes_max());
    const std::string ping = masked_frame_of(0x89, std::string(125, 'p'), 4);
    const std::string all = masked_frame_of(0x00, part, 3);
    EXPECT_EQ(fragments.size() + all.size() + ping.size(), limits.frame_bytes_max());
    const Heard heard = hear_in({777}, WebSocketEnd::server, fragments + all + ping, limits);
    EXPECT_EQ(heard.events, (Events{{Opcode::ping, std::string(125, 'p')}}));
}

TEST(WebSocketParser, UnmasksEveryLengthAtEveryPlace) {
    std::string payload;
    for (std::size_t length = 0; length < 40; ++length) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            std::string frame(shift, 'x');
            append_masked_frame(frame, Opcode::binary, payload, 0x01c35fff);
            WebSocketParser parser(WebSocketEnd::server);
            ASSERT_EQ(parser.parse(std::span(frame).subspan(shift)), Status::ready);
            ASSERT_EQ(parser.event().payload, payload);
            for (std::size_t i = 0; i < payload.size(); ++i) {
                const std::string_view key = "\x01\xc3\x5f\xff";
                std::string again(shift, 'x');
                append_masked_frame(again, Opcode::binary, payload, 0x01c35fff);
                ASSERT_EQ(again[shift + 6 + i], static_cast<char>(payload[i] ^ key[i % 4]));
            }
        }
        payload += static_cast<char>(length * 37 + 200);
    }
}

// --- any conversation ---

struct Spoken {
    std::string from_server;
    std::string from_client;
    Events events;
};

void say(Spoken& spoken, std::uint8_t first, std::string_view payload) {
    spoken.from_server += frame_of(first, payload);
    const auto mask = *rc::gen::arbitrary<std::uint32_t>();
    spoken.from_client += masked_frame_of(first, payload, mask);
}

void say_control(Spoken& spoken) {
    const auto opcode = *rc::gen::element(Opcode::ping, Opcode::pong, Opcode::close);
    std::string payload = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    payload.resize(std::min<std::size_t>(payload.size(), 125));
    if (opcode == Opcode::close) {
        const std::uint16_t code = *rc::gen::element<std::uint16_t>(1000, 1001, 1013, 3000, 4999);
        spoken.events.push_back({opcode, "why", code});
        payload = close_payload(code, "why");
    } else {
        spoken.events.push_back({opcode, payload});
    }
    say(spoken, static_cast<std::uint8_t>(0x80 | static_cast<std::uint8_t>(opcode)), payload);
}

void say_message(Spoken& spoken) {
    const auto opcode = *rc::gen::element(Opcode::text, Opcode::binary);
    // Lengths on both sides of each border between encodings.
    const auto repeat =
        *rc::gen::weightedElement<std::size_t>({{8, 1}, {2, 62}, {2, 63}, {1, 21846}});
    const auto characters = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("x", "\u00e9", "\u20ac", "\U0001f3ae"));
    std::string text;
    for (const std::string& character : characters) text += character;
    if (opcode == Opcode::binary) text += '\xff';
    std::string payload;
    for (std::size_t i = 0; i < repeat && payload.size() < 200'000; ++i) payload += text;

    const auto fragments = *rc::gen::inRange<std::size_t>(1, 6);
    std::string_view left = payload;
    for (std::size_t i = 1; i <= fragments; ++i) {
        const bool last = i == fragments;
        const std::size_t length =
            last ? left.size() : *rc::gen::inRange<std::size_t>(0, left.size() + 1);
        const auto code = static_cast<std::uint8_t>(i == 1 ? opcode : Opcode::continuation);
        const auto first = static_cast<std::uint8_t>((last ? 0x80 : 0) | code);
        say(spoken, first, left.substr(0, length));
        left.remove_prefix(length);
        if (!last && *rc::gen::inRange(0, 3) == 0) say_control(spoken);
    }
    spoken.events.push_back({opcode, payload});
}

RC_GTEST_PROP(WebSocketParser, BothEndsHearWhatWasSaid, ()) {
    Spoken spoken;
    const auto count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
        if (*rc::gen::arbitrary<bool>())
            say_message(spoken);
        else
            say_control(spoken);
    }
    const auto cuts =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::oneOf(
            rc::gen::inRange<std::size_t>(1, 20), rc::gen::inRange<std::size_t>(20'000, 100'000))));
    const WebSocketLimits limits{.message_bytes_max = 1UL << 20};
    const Heard expected{.events = spoken.events};
    // Few bytes at a time would copy a long buffer too often.
    std::vector<std::size_t> pieces = cuts;
    if (spoken.from_client.size() > 20'000) pieces.push_back(20'000);
    RC_ASSERT(hear_in(pieces, WebSocketEnd::server, spoken.from_client, limits) == expected);
    RC_ASSERT(hear_in(pieces, WebSocketEnd::client, spoken.from_server, limits) == expected);
}

// Garbage behind a good start: whatever the pieces, the same events and the same end.
RC_GTEST_PROP(WebSocketParser, PiecesDecideNothing, ()) {
    Spoken spoken;
    if (*rc::gen::arbitrary<bool>()) say_control(spoken);
    std::string input = spoken.from_client;
    const auto garbage = *rc::gen::container<std::string>(rc::gen::weightedOneOf<char>(
        {{4,
          rc::gen::element<char>('\x00', '\x01', '\x80', '\x81', '\x82', '\x88', '\x89', '\xfe')},
         {1, rc::gen::arbitrary<char>()}}));
    input += garbage;
    const WebSocketLimits limits{.message_bytes_max = 200, .fragments_max = 3};
    const auto piece = *rc::gen::inRange<std::size_t>(1, 9);
    for (const WebSocketEnd end : {WebSocketEnd::server, WebSocketEnd::client})
        RC_ASSERT(hear_in({piece}, end, input, limits) == hear_in({1UL << 20}, end, input, limits));
}

// --- handshake ---

TEST(WebSocketHandshake, AcceptsTheKeyOfTheRfc) {
    EXPECT_TRUE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, RefusesOtherKeys) {
    for (const char* key : {"",
                            "dGhlIHNhbXBsZSBub25jZQ",
                            "dGhlIHNhbXBsZSBub25jZQ=",
                            "dGhlIHNhbXBsZSBub25jZR==",
                            "dGhlIHNhbXBsZSBub25j",
                            "dGhlIHNhbXBsZSBub25jZSE=",
                            " dGhlIHNhbXBsZSBub25jZQ==",
                            "dGhlIHNhbXBsZSBub25jZQ== ",
                            "dGhlIHNhbXBsZSBub2_jZQ=="})
        EXPECT_FALSE(is_websocket_key(key)) << key;
}

}  // namespace
}  // namespace playback::wire
