#include "engine/base/time.h"

#include <array>

#include "engine/base/check.h"

namespace playback {
namespace {

struct Date {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

// Days since 1970-01-01 to a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level
// date algorithms").
Date date_of(std::int64_t days) {
    const std::int64_t shifted = days + 719468;
    const std::int64_t era = shifted / 146097;
    const std::int64_t day_of_era = shifted - era * 146097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

void put_digits(std::string& out, std::int64_t value, int digits) {
    std::array<char, 4> text{};
    for (int i = digits; i-- > 0; value /= 10)
        text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    out.append(text.data(), static_cast<std::size_t>(digits));
}

}  // namespace

std::string iso8601(WallTime time) {
    CHECK(time.ms >= 0);
    const std::int64_t days = time.ms / 86'400'000;
    const std::int64_t of_day = time.ms % 86'400'000;
    const Date date = date_of(days);
    std::string out;
    out.reserve(24);
    put_digits(out, date.year, 4);
    out += '-';
    put_digits(out, date.month, 2);
    out += '-';
    put_digits(out, date.day, 2);
    out += 'T';
    put_digits(out, of_day / 3'600'000, 2);
    out += ':';
    put_digits(out, of_day / 60'000 % 60, 2);
    out += ':';
    put_digits(out, of_day / 1'000 % 60, 2);
    out += '.';
    put_digits(out, of_day % 1'000, 3);
    out += 'Z';
    return out;
}

}  // namespace playback
