#include "engine/base/describe.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback {
namespace {

struct Tag {};
enum class Colour : std::uint8_t { none, red, blue };

struct Inner {
    std::string name;
    std::int32_t level = 0;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "name", self.name);
        v(2, "level", self.level);
    }
    friend bool operator==(const Inner&, const Inner&) = default;
};

struct Outer {
    bool flag = false;
    std::int64_t number = 0;
    std::uint32_t count = 0;
    Colour colour = Colour::none;
    Id<Tag> id;
    WallTime at;
    Duration wait;
    std::string text;
    JsonText json;
    Inner inner;
    std::vector<Inner> list;
    std::vector<std::uint64_t> numbers;
    std::optional<std::int64_t> maybe;
    std::optional<std::string> maybe_text;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "flag", self.flag);
        v(2, "number", self.number);
        v(3, "count", self.count);
        v(4, "colour", self.colour);
        v(5, "id", self.id);
        v(6, "at", self.at);
        v(7, "wait", self.wait);
        v(8, "text", self.text);
        v(9, "json", self.json);
        v(10, "inner", self.inner);
        v(11, "list", self.list);
        v(12, "numbers", self.numbers);
        v(13, "maybe", self.maybe);
        v(14, "maybe_text", self.maybe_text);
    }
    friend bool operator==(const Outer&, const Outer&) = default;
};

// An older build's view of Outer: knows two fields and keeps the rest.
struct OldOuter {
    std::int64_t number = 0;
    std::string text;
    Unknown unknown;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(2, "number", self.number);
        v(8, "text", self.text);
    }
};

Inner any_inner() {
    Inner inner;
    inner.name = *rc::gen::arbitrary<std::string>();
    inner.level = *rc::gen::arbitrary<std::int32_t>();
    return inner;
}

Outer any_outer() {
    Outer outer;
    outer.flag = *rc::gen::arbitrary<bool>();
    outer.number = *rc::gen::arbitrary<std::int64_t>();
    outer.count = *rc::gen::arbitrary<std::uint32_t>();
    outer.colour = *rc::gen::element(Colour::none, Colour::red, Colour::blue);
    outer.id.value = *rc::gen::arbitrary<std::uint64_t>();
    outer.at.ms = *rc::gen::arbitrary<std::int64_t>();
    outer.wait.ns = *rc::gen::arbitrary<std::int64_t>();
    outer.text = *rc::gen::arbitrary<std::string>();
    outer.json = JsonText::trusted(*rc::gen::element<std::string>("", "{}", "[1]"));
    outer.inner = any_inner();
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) outer.list.push_back(any_inner());
    outer.numbers = *rc::gen::arbitrary<std::vector<std::uint64_t>>();
    if (*rc::gen::arbitrary<bool>()) outer.maybe = *rc::gen::arbitrary<std::int64_t>();
    if (*rc::gen::arbitrary<bool>()) outer.maybe_text = *rc::gen::arbitrary<std::string>();
    return outer;
}

struct WithDefaults {
    std::uint32_t limit = 7;
    std::int32_t offset = -1;
    bool on = true;
    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "limit", self.limit);
        v(2, "offset", self.offset);
        v(3, "on", self.on);
    }
    friend bool operator==(const WithDefaults&, const WithDefaults&) = default;
};

TEST(Describe, ZeroIsNotADefaultUnlessDeclared) {
    EXPECT_TRUE(encode(WithDefaults{}).empty());
    const WithDefaults zeros{0, 0, false};
    EXPECT_EQ(decode<WithDefaults>(encode(zeros)).value(), zeros);
}

TEST(Describe, DecodeGivesBackWhatWasEncoded) {
    EXPECT_TRUE(rc::check([] {
        const Outer outer = any_outer();
        const auto read = decode<Outer>(encode(outer));
        RC_ASSERT(read.has_value());
        RC_ASSERT(*read == outer);
        RC_ASSERT(hash_value(*read) == hash_value(outer));
    }));
}

TEST(Describe, AnOlderBuildKeepsWhatItDoesNotKnow) {
    EXPECT_TRUE(rc::check([] {
        const Outer outer = any_outer();
        auto old = decode<OldOuter>(encode(outer));
        RC_ASSERT(old.has_value());
        RC_ASSERT(old->number == outer.number);
        old->number = 77;
        const auto back = decode<Outer>(encode(*old));
        RC_ASSERT(back.has_value());
        Outer wanted = outer;
        wanted.number = 77;
        RC_ASSERT(*back == wanted);
    }));
}

TEST(Describe, BytesCutShortAreRefusedOrGiveFewerFields) {
    EXPECT_TRUE(rc::check([] {
        const Outer outer = any_outer();
        const std::string bytes = encode(outer);
        const std::size_t length = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
        const auto read = decode<Outer>(std::string_view(bytes).substr(0, length));
        if (!read) RC_ASSERT(read.error().code == Errc::corrupt);
        if (length < bytes.size() && read) RC_ASSERT(!(encode(*read) == bytes));
    }));
}

TEST(Describe, AnyBytesAreReadWithoutHarm) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) { (void)decode<Outer>(bytes); }));
}

TEST(Describe, TheGoldenBinaryForm) {
    Outer outer;
    EXPECT_EQ(encode(outer), "");
    outer.flag = true;
    outer.number = -1;
    outer.count = 300;
    outer.text = "hi";
    outer.maybe = 0;
    EXPECT_EQ(encode(outer),
              std::string_view("\x02\x01\x04\x01\x06\xac\x02\x11\x02hi\x1a\x00", 13));
}

TEST(Describe, MalformedBytesAreCorrupt) {
    const auto refused = [](std::string_view bytes) {
        const auto read = decode<Outer>(bytes);
        return !read && read.error().code == Errc::corrupt;
    };
    EXPECT_TRUE(refused(std::string_view("\x11\x05hi", 4)));               // a string cut short
    EXPECT_TRUE(refused(std::string_view("\x04", 1)));                     // no value
    EXPECT_TRUE(refused(std::string_view("\x00\x01", 2)));                 // field number 0
    EXPECT_TRUE(refused(std::string_view("\x10\x01", 2)));                 // text as a number
    EXPECT_TRUE(refused("\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));  // over 64 bits
    EXPECT_TRUE(refused("\x11\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));  // a huge length
    EXPECT_TRUE(refused(std::string_view("\x15\x02\x05\x09", 4)));         // inside a struct
}

TEST(Describe, ZigzagIsItsOwnWayBack) {
    EXPECT_EQ(zigzag(0), 0U);
    EXPECT_EQ(zigzag(-1), 1U);
    EXPECT_EQ(zigzag(1), 2U);
    EXPECT_EQ(zigzag(INT64_MIN), UINT64_MAX);
    EXPECT_TRUE(rc::check([](std::int64_t n) { RC_ASSERT(unzigzag(zigzag(n)) == n); }));
}

TEST(Describe, JsonForPeople) {
    Outer outer;
    outer.text = "a\"b\\c\n\x01";
    outer.numbers = {1, 2};
    outer.json = JsonText::trusted("{\"x\":1}");
    outer.list.push_back({"n", -3});
    EXPECT_EQ(to_json(outer),
              R"({"flag":false,"number":0,"count":0,"colour":0,"id":0,"at":0,"wait":0,)"
              R"("text":"a\"b\\c\n\u0001","json":{"x":1},"inner":{"name":"","level":0},)"
              R"("list":[{"name":"n","level":-3}],"numbers":[1,2],"maybe":null,)"
              R"("maybe_text":null})");
}

TEST(Unknown, CopiesAreTheirOwn) {
    Unknown a;
    a.append("x");
    Unknown b = a;
    b.append("y");
    EXPECT_EQ(a.bytes(), "x");
    EXPECT_EQ(b.bytes(), "xy");
    a = b;
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace playback
