#include "tools/bench_macro/servers.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>
#include <sched.h>
#include <unistd.h>

#include "tools/bench_macro/connect.h"

namespace playback::bench {
namespace {

namespace fs = std::filesystem;

constexpr Duration start_patience = seconds(30);
constexpr Duration control_patience = minutes(20);
constexpr int looks_max = 200;
constexpr Duration pause_between_looks = milliseconds(25);

// In a file of its own, which is there only when it is whole.
constexpr const char* runtime_script = R"(#!/bin/sh
cd "${0%/*}/seen"
echo "$OMGSERVERS_PASSWORD" >"$OMGSERVERS_RUNTIME_ID.new"
/bin/mv "$OMGSERVERS_RUNTIME_ID.new" "$OMGSERVERS_RUNTIME_ID"
exec /bin/sleep 1000000
)";

// The answer is as long as that of a trivial call.
constexpr const char* nginx_configuration = R"(daemon off; master_process off; worker_processes 1;
pid PREFIX/nginx.pid; error_log PREFIX/error.log;
events { worker_connections 16384; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600; tcp_nodelay on;
  client_body_temp_path PREFIX/a; proxy_temp_path PREFIX/b; fastcgi_temp_path PREFIX/c;
  uwsgi_temp_path PREFIX/d; scgi_temp_path PREFIX/e;
  server {
    listen 127.0.0.1:PORT backlog=4096;
    location / { default_type application/json; return 200 '{"message":"pong"}'; }
  }
}
)";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

std::string first_program(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
        if (::access(path.c_str(), X_OK) == 0) return path;
    return "";
}

std::string write_file(const std::string& path, std::string_view text) {
    std::ofstream(path) << text;
    return path;
}

Result<std::uint16_t> port_of(const std::string& line) {
    const nlohmann::json said = nlohmann::json::parse(line, nullptr, false);
    if (!said.is_object() || !said.contains("listening"))
        return Error{Errc::corrupt, "it said " + line};
    const std::string address = said["listening"].at(0).get<std::string>();
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

Error in_words(std::string_view who, const Error& error) {
    return {error.code, std::string(who) + " does not start: " + error.detail};
}

}  // namespace

Place find_place(std::string directory) {
    Place place;
    place.directory = std::move(directory);
    std::error_code failure;
    const fs::path self = fs::read_symlink("/proc/self/exe", failure);
    place.playback = self.string();
    place.control = first_program({(self.parent_path() / "bench-control").string()});
    const std::string micro = "playback-bench-micro";
    place.micro = first_program(
        {(self.parent_path() / micro).string(), (self.parent_path() / "bench" / micro).string()});
    place.nginx = first_program({"/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"});
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0 || CPU_COUNT(&cores) < 2) return place;
    for (int core = 0; core < CPU_SETSIZE && place.load_core < 0; ++core) {
        if (!CPU_ISSET(static_cast<std::size_t>(core), &cores)) continue;
        (place.server_core < 0 ? place.server_core : place.load_core) = core;
    }
    return place;
}

std::string data_of(const Place& place, const std::string& name) {
    return place.directory + "/" + name + "/data";
}

std::string seen_by(const Place& place, const std::string& name) {
    return place.directory + "/" + name + "/seen";
}

Result<Server> start_node(const Place& place, const std::string& name, const NodeKind& kind) {
    const std::string home = place.directory + "/" + name;
    fs::create_directories(seen_by(place, name));
    const std::string runtime = write_file(home + "/runtime", runtime_script);
    fs::permissions(runtime, fs::perms::owner_all);
    const std::string password = write_file(home + "/support", support_password);
    ChildOrder order;
    order.errors = home + "/errors";
    order.core = place.server_core;
    order.command = {place.playback, "node", "--json", "--listen", "127.0.0.1:0"};
    const std::pair<const char*, std::string> options[] = {
        {"--data", data_of(place, name)},
        {"--token-key", place.directory + "/token_key.pem"},
        {"--token-algorithm", std::string(kind.token_algorithm)},
        {"--durability", std::string(kind.durability)},
        {"--docker", "process:"},
        {"--process-image", "*=" + runtime},
        {"--support-password-file", password},
        {"--bcrypt-cost", "4"},
        {"--rate-limit-exempt", "127.0.0.0/8"},
        {"--client-inactive", "3600"},
        {"--runtime-inactive", "3600"},
        {"--socket-ping", "600"},
        {"--socket-inactive", "3600"},
        {"--token-lifetime-user", "7200"},
        {"--token-lifetime-runtime", "7200"},
        {"--token-lifetime-socket", "7200"},
        {"--stop-grace", "0"},
        {"--max-containers", "256"},
        {"--host-cpus", "1024"},
        {"--host-memory", "1048576"},
        {"--log-level", "error"}};
    for (const auto& [option, value] : options) {
        order.command.emplace_back(option);
        order.command.push_back(value);
    }
    TRY(process, ChildProcess::start(order));
    const Result<std::string> line = process.next_line(start_patience);
    if (!line) return in_words("the node", line.error());
    TRY(port, port_of(*line));
    return Server{std::move(process), port};
}

Result<Server> start_nginx(const Place& place) {
    if (place.nginx.empty()) return Error{Errc::not_found, "nginx is not installed"};
    TRY(port, free_port());
    const std::string prefix = place.directory + "/nginx";
    fs::create_directories(prefix);
    std::string text = replaced(nginx_configuration, "PREFIX", prefix);
    text = replaced(std::move(text), "PORT", std::to_string(port));
    ChildOrder order;
    order.errors = prefix + "/errors";
    order.core = place.server_core;
    order.command = {place.nginx, "-p", prefix, "-c", write_file(prefix + "/nginx.conf", text)};
    TRY(process, ChildProcess::start(order));
    // It says nothing when it is ready, and ends if it cannot be.
    for (int look = 0; look < looks_max; ++look) {
        if (connect_to(port)) return Server{std::move(process), port};
        const Result<std::string> line = process.next_line(pause_between_looks);
        if (!line && line.error().code == Errc::closed) return in_words("nginx", line.error());
    }
    return in_words("nginx", Error{Errc::timed_out, "nobody listens at its port"});
}

namespace {

Result<ChildProcess> run_control(const Place& place, const std::vector<std::string>& arguments) {
    if (place.control.empty())
        return Error{Errc::not_found, "bench-control is not beside the program"};
    ChildOrder order;
    order.errors = place.directory + "/control-errors";
    order.core = place.server_core;
    order.command = {place.control};
    order.command.insert(order.command.end(), arguments.begin(), arguments.end());
    return ChildProcess::start(order);
}

}  // namespace

Result<Server> start_control(const Place& place, std::string_view what) {
    TRY(process, run_control(place, {std::string(what)}));
    const Result<std::string> line = process.next_line(start_patience);
    if (!line) return in_words("bench-control", line.error());
    TRY(port, port_of(*line));
    return Server{std::move(process), port};
}

Result<double> measured_by_control(const Place& place, const std::vector<std::string>& arguments) {
    TRY(process, run_control(place, arguments));
    const Result<std::string> line = process.next_line(control_patience);
    if (!line) return in_words("bench-control", line.error());
    const nlohmann::json said = nlohmann::json::parse(*line, nullptr, false);
    if (!said.is_object() || said.size() != 1 || !said.begin()->is_number())
        return Error{Errc::corrupt, "bench-control said " + *line};
    return said.begin()->get<double>();
}

}  // namespace playback::bench
