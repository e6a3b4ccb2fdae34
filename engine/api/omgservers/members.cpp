#include "engine/api/omgservers/members.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/domain/catalog/names.h"

namespace playback::omgservers {

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

Problem wrong_request(std::string detail) {
    return {400, qualifier::wrong_request, std::move(detail)};
}

Problem violated(std::string_view member, std::string_view rule) {
    std::string detail(member);
    detail.append(": ").append(rule);
    return {400, qualifier::validation, std::move(detail)};
}

Members::Member& Members::add(std::string_view name) {
    CHECK(members_.size() < members_max);
    Member& member = members_.emplace_back();
    member.name = name;
    return member;
}

Members& Members::text(std::string_view name, std::string& into, std::size_t max) {
    Member& member = add(name);
    member.text = &into;
    member.max = max;
    return *this;
}

Members& Members::text(std::string_view name, std::string_view other, std::string& into) {
    text(name, into);
    members_.back().other = other;
    return *this;
}

Members& Members::id(std::string_view name, std::uint64_t& into) {
    add(name).id = &into;
    return *this;
}

Members& Members::id(std::string_view name, std::string_view other, std::uint64_t& into) {
    id(name, into);
    members_.back().other = other;
    return *this;
}

Members& Members::object(std::string_view name, JsonText& into, bool optional) {
    Member& member = add(name);
    member.object = &into;
    member.optional = optional;
    return *this;
}

Members& Members::boolean(std::string_view name, bool& into) {
    add(name).boolean = &into;
    return *this;
}

Members& Members::list(std::string_view name, std::function<void(wire::JsonReader&)> element) {
    add(name).element = std::move(element);
    return *this;
}

Members& Members::optional() {
    CHECK(!members_.empty());
    members_.back().optional = true;
    return *this;
}

void Members::read_member(wire::JsonReader& in, Member& member) {
    if (in.null()) return;
    if (member.text != nullptr) {
        *member.text = in.string_or_number();
        member.present = true;
    } else if (member.id != nullptr) {
        *member.id = in.id();
        member.present = true;
    } else if (member.boolean != nullptr) {
        *member.boolean = in.boolean();
        member.present = true;
    } else if (member.object != nullptr) {
        *member.object = in.raw();
        member.present = true;
        if (in.ok() && !member.object->view().starts_with('{')) in.refuse("an object is expected");
    } else {
        in.array([&] {
            member.present = true;
            member.element(in);
        });
    }
}

std::optional<Problem> Members::read(std::string_view body) {
    wire::JsonReader in(body, request_json);
    in.object([&](std::string_view name) {
        for (Member& member : members_) {
            if (member.name == name) return read_member(in, member);
            if (member.other == name && !member.present) return read_member(in, member);
        }
    });
    if (const Result<void> read = in.finish(); !read) return wrong_request(read.error().detail);

    for (const Member& member : members_) {
        if (!member.present) {
            if (member.optional) continue;
            return violated(member.name, "must be given");
        }
        if (member.text == nullptr) continue;
        if (is_blank(*member.text)) return violated(member.name, "must not be blank");
        if (catalog::name_length(*member.text) > member.max)
            return violated(member.name, "is too long");
    }
    return std::nullopt;
}

}  // namespace playback::omgservers
