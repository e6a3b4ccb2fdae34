#include "adapters/asio/resolver.h"

#include <utility>

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "adapters/asio/held.h"

namespace playback::adapters {
namespace {

using Addresses = Result<std::vector<SocketAddress>>;

// The system cannot be stopped once asked: at the deadline the caller goes on without it, and the
// late answer finds nobody.
class Question final : public Holdable, private io::Timer {
public:
    using Resolver = boost::asio::ip::basic_resolver<boost::asio::ip::tcp,
                                                     boost::asio::io_context::executor_type>;

    Question(Loop& loop, io::Clock& clock) : Timer(clock), resolver_(loop.context()) {}

    void ask(const io::Endpoint& to, Instant deadline, io::Resumer<Addresses> resumer) {
        asker_ = std::move(resumer);
        arm(deadline);
        resolver_.async_resolve(to.host,
                                std::to_string(to.port),
                                [self = Held(this)](const boost::system::error_code& failure,
                                                    const Resolver::results_type& found) {
                                    self->answer(failure, found);
                                });
    }

    void give_up() {
        disarm();
        resolver_.cancel();
    }

private:
    void answer(const boost::system::error_code& failure, const Resolver::results_type& found) {
        disarm();
        std::vector<SocketAddress> addresses;
        for (const auto& entry : found)
            addresses.push_back(SocketAddress::of(entry.endpoint().data(),
                                                  static_cast<socklen_t>(entry.endpoint().size())));
        io::Resumer<Addresses> waiting = std::move(asker_);
        if (failure || addresses.empty())
            waiting.resume_now(
                Error{Errc::invalid_argument, "host does not resolve: " + failure.message()});
        else
            waiting.resume_now(std::move(addresses));
    }

    void fire() override {
        io::Resumer<Addresses> waiting = std::move(asker_);
        waiting.resume_now(Error{Errc::timed_out, "host did not resolve in time"});
    }

    Resolver resolver_;
    io::Resumer<Addresses> asker_;
};

// A question must not leave its timer armed when its coroutine is destroyed.
struct Asking {
    Held<Question> question;
    ~Asking() { question->give_up(); }
};

}  // namespace

io::Task<Addresses> resolve(Loop& loop, io::Clock& clock, io::Endpoint to, Instant deadline) {
    const Asking asking{Held(new Question(loop, clock))};
    auto start = [&](io::Resumer<Addresses> resumer) {
        asking.question->ask(to, deadline, std::move(resumer));
    };
    Addresses found = co_await io::suspend<Addresses>(start);
    if (!found) co_return Error{found.error().code, to.host + ": " + found.error().detail};
    co_return found;
}

}  // namespace playback::adapters
