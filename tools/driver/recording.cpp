#include "tools/driver/recording.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/hash.h"

namespace playback::tools {
namespace {

void copy_into(std::array<char, TraceRecord::preview_max>& preview, std::string_view bytes) {
    std::ranges::copy(bytes.substr(0, preview.size()), preview.begin());
}

}  // namespace

bool TraceRecord::is_hashed() const {
    return kind != run_ended && sim::is_hashed(static_cast<sim::TraceKind>(kind));
}

std::string to_text(const TraceRecord& record) {
    const std::string_view preview(record.preview.data(),
                                   std::min<std::size_t>(record.size, record.preview.size()));
    if (record.kind == TraceRecord::run_ended)
        return "the run ended after " + std::to_string(record.index) + " events with " +
               std::string(preview);
    std::string text = sim::to_text({record.index,
                                     record.cause,
                                     Instant{record.at_ns},
                                     static_cast<sim::TraceKind>(record.kind),
                                     record.subject,
                                     record.a,
                                     record.b,
                                     preview});
    if (record.size > preview.size())
        text += " of " + std::to_string(record.size) + ", hash " + std::to_string(record.content);
    return text;
}

Result<Recording> Recording::open(const RecordingOptions& options) {
    Recording recording(options);
    if (options.ring.empty()) return recording;
    const auto failed = [&] {
        return Error{Errc::io_failed,
                     "cannot make " + options.ring + ": " + std::generic_category().message(errno)};
    };
    const int file = ::open(options.ring.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return failed();
    void* mapped = MAP_FAILED;
    if (::ftruncate(file, sizeof(StackRing)) == 0)
        mapped = ::mmap(nullptr, sizeof(StackRing), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (mapped == MAP_FAILED) return failed();
    // Zeros, as the file is: an empty ring.
    recording.ring_ = static_cast<StackRing*>(mapped);
    std::ifstream maps("/proc/self/maps");
    maps.read(recording.ring_->maps.data(), StackRing::maps_max - 1);
    return recording;
}

Recording::Recording(Recording&& other) noexcept
    : options_(std::move(other.options_)),
      ring_(std::exchange(other.ring_, nullptr)),
      written_(other.written_),
      buffer_(std::move(other.buffer_)) {
}

Recording::~Recording() {
    if (ring_ != nullptr) ::munmap(ring_, sizeof(StackRing));
}

void Recording::take(const sim::TraceEvent& event) {
    if (event.index < options_.first) return;
    TraceRecord record{.index = event.index,
                       .cause = event.cause,
                       .at_ns = event.at.ns,
                       .subject = event.subject,
                       .a = event.a,
                       .b = event.b,
                       .size = event.bytes.size(),
                       .content = event.bytes.empty() ? 0 : hash_bytes(event.bytes),
                       .kind = static_cast<std::uint8_t>(event.kind)};
    copy_into(record.preview, event.bytes);
    if (ring_ != nullptr && event.index >= options_.stacks_from) {
        StackRing::Slot& slot = ring_->slots[written_ % StackRing::slots_max];
        std::array<void*, StackRing::frames_max> frames{};
        const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
        slot.record = written_ + 1;
        slot.depth = static_cast<std::uint64_t>(std::max(depth, 0));
        std::memcpy(
            slot.frames.data(), static_cast<const void*>(frames.data()), sizeof(slot.frames));
    }
    put(record);
}

void Recording::end(std::uint64_t events, std::uint64_t hash, std::string_view fingerprint) {
    TraceRecord record{
        .index = events, .a = hash, .size = fingerprint.size(), .kind = TraceRecord::run_ended};
    copy_into(record.preview, fingerprint);
    put(record);
    flush();
}

void Recording::put(const TraceRecord& record) {
    ++written_;
    buffer_.push_back(record);
    if (buffer_.size() == buffered_max) flush();
}

void Recording::flush() {
    const char* at = reinterpret_cast<const char*>(buffer_.data());
    std::size_t left = buffer_.size() * sizeof(TraceRecord);
    while (left > 0) {
        const ssize_t written = ::write(options_.out, at, left);
        // Nobody reads any more: the comparison is over.
        if (written < 0 && errno != EINTR) std::_Exit(1);
        if (written < 0) continue;
        at += written;
        left -= static_cast<std::size_t>(written);
    }
    buffer_.clear();
}

}  // namespace playback::tools
