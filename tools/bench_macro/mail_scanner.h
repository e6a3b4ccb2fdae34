// MailScanner: the messages in the answer of an interchange, found without reading all of its JSON:
// the load must be cheaper than what it measures. It knows what the nodes that we start say.
#pragma once

#include <string_view>

namespace playback::bench {

struct Mail {
    std::string_view id;
    std::string_view qualifier;
    std::string_view client;  // of a message to a runtime, else empty
};

class MailScanner {
public:
    explicit MailScanner(std::string_view body) : left_(body) {}

    // The next message; false if there is none.
    bool next(Mail& mail);

private:
    std::string_view left_;
};

}  // namespace playback::bench
