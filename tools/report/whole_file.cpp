#include "tools/report/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace playback::tools {

Result<void> write_file(const std::string& path, std::string_view text) {
    const std::string part = path + ".part";
    const auto fail = [&] {
        const std::string why = std::generic_category().message(errno);
        std::remove(part.c_str());
        return Error{Errc::io_failed, "cannot write " + path + ": " + why};
    };
    std::FILE* const file = std::fopen(part.c_str(), "wb");
    if (file == nullptr) return fail();
    const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool is_closed = std::fclose(file) == 0;
    if (!is_written || !is_closed) return fail();
    if (std::rename(part.c_str(), path.c_str()) != 0) return fail();
    return {};
}

}  // namespace playback::tools
