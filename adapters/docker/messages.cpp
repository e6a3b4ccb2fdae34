#include "adapters/docker/messages.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/wire/base64.h"

namespace playback::adapters::docker {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t bytes_per_megabyte = 1 << 20;
constexpr std::int64_t cpu_period_us = 100'000;
constexpr std::int64_t quota_us_per_limit = 1'000;
constexpr std::size_t message_bytes_max = 1'000;  // of the daemon's words, in our errors

const Json& member(const Json& object, const char* name) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto it = object.find(name);
    return it == object.end() ? nothing : *it;
}

std::string string_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::int32_t int_of(const Json& value) {
    return value.is_number_integer() ? value.get<std::int32_t>() : 0;
}

bool bool_of(const Json& value) {
    return value.is_boolean() && value.get<bool>();
}

io::Labels labels_of(const Json& value) {
    io::Labels labels;
    if (!value.is_object()) return labels;
    for (const auto& [name, text] : value.items()) labels.emplace_back(name, string_of(text));
    std::ranges::sort(labels);
    return labels;
}

io::ContainerState state_of(std::string_view word) {
    if (word == "created") return io::ContainerState::created;
    // A paused or restarting container still holds its name, its memory and its place.
    const bool alive = word == "running" || word == "paused" || word == "restarting";
    return alive ? io::ContainerState::running : io::ContainerState::exited;
}

std::string without_slash(std::string name) {
    if (name.starts_with('/')) name.erase(0, 1);
    return name;
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error corrupt(const char* what) {
    return {Errc::corrupt, std::string("docker sent no JSON for ") + what};
}

std::string shortened(std::string text) {
    if (text.size() > message_bytes_max) text.resize(message_bytes_max);
    return text;
}

std::string reason_of(const Json& state, std::int32_t exit_code) {
    if (bool_of(member(state, "OOMKilled"))) return "out of memory";
    std::string error = shortened(string_of(member(state, "Error")));
    return error.empty() ? "exit " + std::to_string(exit_code) : error;
}

}  // namespace

std::string create_body(const io::ContainerSpec& spec) {
    Json environment = Json::array();
    for (const auto& [name, value] : spec.environment) {
        std::string variable = name + "=";
        environment.push_back(variable += value);
    }
    Json labels = Json::object();
    for (const auto& [name, value] : spec.labels) labels[name] = value;

    const std::int64_t memory = spec.memory_limit * bytes_per_megabyte;
    Json host;
    host["NetworkMode"] = spec.network;
    host["CpuPeriod"] = cpu_period_us;
    host["CpuQuota"] = spec.cpu_limit * quota_us_per_limit;
    host["Memory"] = memory;
    host["MemorySwap"] = memory;  // no swap: a runtime that needs more is ended, not slowed down
    host["LogConfig"] = {{"Type", "json-file"},
                         {"Config", {{"max-size", "10m"}, {"max-file", "8"}}}};
    host["RestartPolicy"] = {{"Name", "no"}};

    Json body;
    body["Image"] = spec.image;
    body["Env"] = std::move(environment);
    body["Labels"] = std::move(labels);
    body["HostConfig"] = std::move(host);
    return dump(body);
}

std::string registry_auth(std::string_view token) {
    std::string text = wire::base64_encode(dump({{"registrytoken", token}}), wire::Base64::url);
    // The daemon wants the padding, and takes what it cannot read for "no credentials".
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::string escape(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string label_filter(std::string_view label, std::string_view value) {
    std::string pair(label);
    pair.append("=").append(value);
    Json filter;
    filter["label"] = Json::array({std::move(pair)});
    return escape(dump(filter));
}

std::string event_filter() {
    const Json filter = {
        {"type", {"container"}},
        {"event", {"create", "start", "die", "oom", "pause", "unpause", "destroy"}},
    };
    return escape(dump(filter));
}

ImageName split_image(std::string_view image) {
    if (image.contains('@')) return {std::string(image), ""};
    const std::size_t colon = image.rfind(':');
    const std::size_t slash = image.rfind('/');
    const bool is_port = slash != std::string_view::npos && colon < slash;
    if (colon == std::string_view::npos || is_port) return {std::string(image), "latest"};
    return {std::string(image.substr(0, colon)), std::string(image.substr(colon + 1))};
}

std::string message_of(std::string_view body) {
    const Json json = Json::parse(body, nullptr, false);
    std::string message = string_of(member(json, "message"));
    return shortened(message.empty() ? std::string(body) : std::move(message));
}

Result<Inspection> parse_inspection(std::string_view body) {
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_object()) return corrupt("a container");
    const Json& state = member(json, "State");
    const Json& config = member(json, "Config");

    Inspection inspection;
    inspection.image = string_of(member(config, "Image"));
    io::ContainerStatus& status = inspection.status;
    status.name = without_slash(string_of(member(json, "Name")));
    status.labels = labels_of(member(config, "Labels"));
    status.state = state_of(string_of(member(state, "Status")));
    if (status.state == io::ContainerState::exited) {
        status.exit_code = int_of(member(state, "ExitCode"));
        status.reason = reason_of(state, status.exit_code);
    }
    return inspection;
}

Result<std::vector<io::ContainerStatus>> parse_list(std::string_view body) {
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_array()) return corrupt("a list of containers");
    std::vector<io::ContainerStatus> list;
    for (const Json& entry : json) {
        const Json& names = member(entry, "Names");
        if (!names.is_array() || names.empty()) continue;  // is being removed
        io::ContainerStatus status;
        status.name = without_slash(string_of(names.front()));
        status.labels = labels_of(member(entry, "Labels"));
        status.state = state_of(string_of(member(entry, "State")));
        list.push_back(std::move(status));
    }
    std::ranges::sort(list, {}, &io::ContainerStatus::name);
    return list;
}

bool says_not_found(std::string_view message) {
    static constexpr std::array words = {
        "not found", "manifest unknown", "does not exist", "No such image", "no such image"};
    return std::ranges::any_of(words, [&](const char* word) { return message.contains(word); });
}

Result<std::vector<std::string>> Lines::take(std::string_view bytes) {
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        line_.append(bytes.substr(0, end));
        if (line_.size() > line_bytes_max) return Error{Errc::corrupt, "docker sent a long line"};
        if (end == std::string_view::npos) break;
        lines.push_back(std::exchange(line_, {}));
        bytes.remove_prefix(end + 1);
    }
    return lines;
}

Result<void> PullProgress::take(std::string_view bytes) {
    TRY(lines, lines_.take(bytes));
    for (const std::string& line : lines) {
        const Json json = Json::parse(line, nullptr, false);
        std::string error = shortened(string_of(member(json, "error")));
        if (error.empty()) continue;
        const Errc code = says_not_found(error) ? Errc::not_found : Errc::io_failed;
        return Error{code, std::move(error)};
    }
    return {};
}

Event parse_event(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    return {string_of(member(json, "Action")), string_of(member(member(json, "Actor"), "ID"))};
}

void LogTail::take(std::string_view bytes) {
    while (!bytes.empty()) {
        if (piece_left_ > 0) {
            const std::size_t size = std::min(piece_left_, bytes.size());
            keep(bytes.substr(0, size));
            piece_left_ -= size;
            bytes.remove_prefix(size);
            continue;
        }
        const std::size_t size = std::min(header_size - header_.size(), bytes.size());
        header_.append(bytes.substr(0, size));
        bytes.remove_prefix(size);
        if (header_.size() < header_size) return;
        for (std::size_t i = 4; i < header_size; ++i)
            piece_left_ = piece_left_ << 8 | static_cast<unsigned char>(header_[i]);
        header_.clear();
    }
}

void LogTail::keep(std::string_view piece) {
    tail_.append(piece);
    // Trimmed only when doubled: a byte is moved about once, not once per piece.
    if (tail_.size() > 2 * bytes_max_) tail_.erase(0, tail_.size() - bytes_max_);
}

std::string LogTail::text() && {
    if (tail_.size() > bytes_max_) tail_.erase(0, tail_.size() - bytes_max_);
    return std::move(tail_);
}

}  // namespace playback::adapters::docker
