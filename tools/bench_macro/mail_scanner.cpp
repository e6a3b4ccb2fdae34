#include "tools/bench_macro/mail_scanner.h"

namespace playback::bench {
namespace {

constexpr std::string_view begin_of_mail = R"({"id":")";

// The text in quotes behind `name`; empty if it is not there.
std::string_view quoted(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace

bool MailScanner::next(Mail& mail) {
    const std::size_t begin = left_.find(begin_of_mail);
    if (begin == std::string_view::npos) return false;
    const std::size_t end = left_.find(begin_of_mail, begin + 1);
    const std::string_view text = left_.substr(begin, end - begin);
    mail.id = quoted(text, begin_of_mail);
    mail.qualifier = quoted(text, R"("qualifier":")");
    mail.client = quoted(text, R"("client_id":")");
    left_ = end == std::string_view::npos ? std::string_view() : left_.substr(end);
    return true;
}

}  // namespace playback::bench
