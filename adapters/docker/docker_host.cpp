#include "adapters/docker/docker_host.h"

#include <algorithm>
#include <utility>

namespace playback::adapters {
namespace {

using docker::Answer;
using docker::Exchange;
using docker::Request;

constexpr std::size_t list_bytes_max = 16 << 20;
constexpr std::size_t log_lines_max = 1'000'000;
constexpr int name_attempts_max = 4;
constexpr Duration removal_look_period = milliseconds(50);

bool succeeded(int status) {
    return status >= 200 && status < 300;
}

// The daemon understood and said no.
Error refused(const Answer& answer) {
    return {Errc::io_failed,
            "docker " + std::to_string(answer.status) + ": " + docker::message_of(answer.body)};
}

std::string container_target(const std::string& name, std::string_view rest) {
    return "/containers/" + docker::escape(name) + std::string(rest);
}

// An image may bring labels of its own, so the container's may be more.
bool carries(const io::Labels& labels, const io::Labels& wanted) {
    return std::ranges::includes(labels, wanted);
}

// Whole seconds are what the daemon understands.
std::int64_t grace_seconds(Duration grace) {
    return (grace.ns + seconds(1).ns - 1) / seconds(1).ns;
}

}  // namespace

Result<io::Endpoint> docker_endpoint(std::string_view address) {
    constexpr std::string_view unix_scheme = "unix://";
    constexpr std::string_view tcp_scheme = "tcp://";
    if (address.starts_with(unix_scheme) && address.size() > unix_scheme.size()) {
        io::Endpoint endpoint;
        endpoint.path = address.substr(unix_scheme.size());
        return endpoint;
    }
    if (address.starts_with(tcp_scheme))
        return io::parse_endpoint(address.substr(tcp_scheme.size()));
    return Error{
        Errc::invalid_argument,
        "a docker address is unix:///path or tcp://host:port, not " + std::string(address)};
}

DockerHost::DockerHost(io::Executor executor,
                       io::Clock& clock,
                       io::Network& network,
                       io::Log& log,
                       io::Endpoint daemon)
    : clock_(clock),
      network_(network),
      log_(log),
      daemon_(std::move(daemon)),
      changed_(clock),
      stopped_(clock),
      tasks_(executor) {
}

io::Task<Result<Answer>> DockerHost::call(Request request, Instant deadline) {
    return docker::call(network_, daemon_, std::move(request), deadline);
}

io::Task<Result<void>> DockerHost::ping(Instant deadline) {
    Request request;
    request.target = "/_ping";
    Result<Answer> answer = co_await call(std::move(request), deadline);
    if (!answer) co_return std::move(answer).error();
    if (!succeeded(answer->status)) co_return refused(*answer);
    co_return Result<void>();
}

io::Task<Result<void>> DockerHost::pull(std::string image,
                                        std::string registry_token,
                                        Instant deadline) {
    Request request;
    request.target = "/images/" + docker::escape(image) + "/json";
    Result<Answer> answer = co_await call(std::move(request), deadline);
    if (!answer) co_return std::move(answer).error();
    if (succeeded(answer->status)) co_return Result<void>();
    if (answer->status != 404) co_return refused(*answer);
    Result<void> pulled =
        co_await pull_absent(std::move(image), std::move(registry_token), deadline);
    co_return pulled;
}

io::Task<Result<void>> DockerHost::pull_absent(std::string image,
                                               std::string registry_token,
                                               Instant deadline) {
    const docker::ImageName name = docker::split_image(image);
    Request request;
    request.method = "POST";
    request.target = "/images/create?fromImage=" + docker::escape(name.name);
    if (!name.tag.empty()) request.target += "&tag=" + docker::escape(name.tag);
    request.registry_token = std::move(registry_token);

    Result<std::unique_ptr<Exchange>> opened =
        co_await Exchange::open(network_, daemon_, std::move(request), deadline);
    if (!opened) co_return std::move(opened).error();
    Exchange& exchange = **opened;
    const bool promised = succeeded(exchange.status());
    docker::PullProgress progress;
    for (bool more = true; more;) {
        Result<bool> read = co_await exchange.read();
        if (!read) co_return std::move(read).error();
        more = *read;
        if (!promised) continue;
        Result<void> fine = progress.take(exchange.take_body());
        if (!fine) co_return fine;
    }
    if (promised) co_return Result<void>();
    Answer answer;
    answer.status = exchange.status();
    answer.body = exchange.take_body();
    Error error = refused(answer);
    if (answer.status == 404 || docker::says_not_found(error.detail)) error.code = Errc::not_found;
    co_return error;
}

io::Task<Result<void>> DockerHost::start(io::ContainerSpec spec, Instant deadline) {
    if (Result<void> checked = check_spec(spec); !checked) co_return checked;
    for (int attempt = 0; attempt < name_attempts_max; ++attempt) {
        Request request;
        request.method = "POST";
        request.target = "/containers/create?name=" + docker::escape(spec.name);
        request.body = docker::create_body(spec);
        Result<Answer> created = co_await call(std::move(request), deadline);
        if (!created) co_return std::move(created).error();
        if (succeeded(created->status)) {
            Result<void> started = co_await start_created(spec.name, deadline);
            co_return started;
        }
        if (created->status == 404)
            co_return Error{Errc::not_found, docker::message_of(created->body)};
        if (created->status != 409) co_return refused(*created);

        // The name is taken: by what we want, or by what must go.
        Result<docker::Inspection> holder = co_await inspect(spec.name, deadline);
        if (!holder && holder.error().code != Errc::not_found) co_return std::move(holder).error();
        const bool running = holder && holder->status.state == io::ContainerState::running;
        if (running && carries(holder->status.labels, spec.labels)) co_return Result<void>();
        Result<void> removed = co_await remove(spec.name, Duration{}, deadline);
        if (!removed) co_return removed;
    }
    co_return Error{Errc::io_failed, "docker: the name " + spec.name + " stays taken"};
}

io::Task<Result<void>> DockerHost::start_created(std::string name, Instant deadline) {
    Request request;
    request.method = "POST";
    request.target = container_target(name, "/start");
    Result<Answer> started = co_await call(std::move(request), deadline);
    if (!started) co_return std::move(started).error();
    if (succeeded(started->status) || started->status == 304) co_return Result<void>();
    Error error = refused(*started);
    // What cannot start shall not hold the name. If this fails as well, the next start removes it.
    Result<void> removed = co_await remove(std::move(name), Duration{}, deadline);
    static_cast<void>(removed);
    co_return error;
}

io::Task<Result<docker::Inspection>> DockerHost::inspect(std::string name, Instant deadline) {
    Request request;
    request.target = container_target(name, "/json");
    Result<Answer> answer = co_await call(std::move(request), deadline);
    if (!answer) co_return std::move(answer).error();
    if (answer->status == 404) co_return Error{Errc::not_found, docker::message_of(answer->body)};
    if (!succeeded(answer->status)) co_return refused(*answer);
    co_return docker::parse_inspection(answer->body);
}

io::Task<Result<void>> DockerHost::remove(std::string name, Duration grace, Instant deadline) {
    if (grace > Duration{}) {
        Request stop;
        stop.method = "POST";
        stop.target = container_target(name, "/stop?t=" + std::to_string(grace_seconds(grace)));
        Result<Answer> stopped = co_await call(std::move(stop), deadline);
        if (!stopped) co_return std::move(stopped).error();
        if (stopped->status == 404) co_return Result<void>();
        // 304: it had stopped before. Any other refusal: removing by force decides.
    }
    Request request;
    request.method = "DELETE";
    request.target = container_target(name, "?force=1&v=1");
    Result<Answer> removed = co_await call(std::move(request), deadline);
    if (!removed) co_return std::move(removed).error();
    if (succeeded(removed->status) || removed->status == 404) co_return Result<void>();
    if (removed->status != 409) co_return refused(*removed);
    Result<void> gone = co_await await_removal(std::move(name), deadline);
    co_return gone;
}

// Somebody else is removing it. There is no event to wait for that could not have come already.
io::Task<Result<void>> DockerHost::await_removal(std::string name, Instant deadline) {
    while (clock_.now() < deadline) {
        Result<docker::Inspection> found = co_await inspect(name, deadline);
        if (!found && found.error().code == Errc::not_found) co_return Result<void>();
        if (!found) co_return std::move(found).error();
        const Instant next = std::min(clock_.now() + removal_look_period, deadline);
        co_await io::sleep_until(clock_, next);
    }
    co_return Error{Errc::timed_out, "docker takes long to remove " + name};
}

io::Task<Result<io::ContainerList>> DockerHost::list(std::string label,
                                                     std::string value,
                                                     Instant deadline) {
    io::ContainerList list;
    // Taken before the look: a change that the list misses has a later number.
    list.version = version_;
    Request request;
    request.target = "/containers/json?all=1&filters=" + docker::label_filter(label, value);
    request.answer_bytes_max = list_bytes_max;
    Result<Answer> answer = co_await call(std::move(request), deadline);
    if (!answer) co_return std::move(answer).error();
    if (!succeeded(answer->status)) co_return refused(*answer);
    Result<std::vector<io::ContainerStatus>> found = docker::parse_list(answer->body);
    if (!found) co_return std::move(found).error();

    for (io::ContainerStatus& status : *found) {
        if (status.state == io::ContainerState::exited) {
            Result<docker::Inspection> closer = co_await inspect(status.name, deadline);
            if (!closer && closer.error().code == Errc::not_found) continue;  // gone meanwhile
            if (!closer) co_return std::move(closer).error();
            status = std::move(closer->status);
        }
        list.containers.push_back(std::move(status));
    }
    co_return list;
}

io::Task<Result<std::string>> DockerHost::logs(std::string name,
                                               std::size_t bytes_max,
                                               Instant deadline) {
    // A line has at least one byte, so that many lines hold the bytes that are wanted.
    const std::size_t lines = std::clamp<std::size_t>(bytes_max, 1, log_lines_max);
    Request request;
    request.target =
        container_target(name, "/logs?stdout=1&stderr=1&tail=" + std::to_string(lines));
    Result<std::unique_ptr<Exchange>> opened =
        co_await Exchange::open(network_, daemon_, std::move(request), deadline);
    if (!opened) co_return std::move(opened).error();
    Exchange& exchange = **opened;
    const bool found = succeeded(exchange.status());
    docker::LogTail tail(bytes_max);
    for (bool more = true; more;) {
        Result<bool> read = co_await exchange.read();
        if (!read) co_return std::move(read).error();
        more = *read;
        if (found) tail.take(exchange.take_body());
    }
    if (found) co_return std::move(tail).text();
    Answer answer;
    answer.status = exchange.status();
    answer.body = exchange.take_body();
    if (answer.status == 404) co_return Error{Errc::not_found, docker::message_of(answer.body)};
    co_return refused(answer);
}

}  // namespace playback::adapters
