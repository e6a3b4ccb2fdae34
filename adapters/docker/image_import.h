// Makes a Docker image of one static program, FROM scratch: nothing in it but its entry point.
//
// For the sample runtime: no registry and no build is needed, only the daemon. The image carries a
// label with the hash of its program, so that the same one is not imported twice. Errors as
// io::ContainerHost has them.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/io/network.h"
#include "engine/io/task.h"

namespace playback::adapters {

struct ProgramImage {
    std::string reference;  // "demo/demo:1"
    std::string name;       // of the program in the image's root; at most 99 bytes of [a-z0-9._-]
    std::string program;    // the bytes of a static executable
};

// An archive (ustar) with one executable file.
std::string tar_of_program(std::string_view name, std::string_view program);

// True if it was imported, false if the daemon had it already.
io::Task<Result<bool>> import_program(io::Network& network,
                                      io::Endpoint daemon,
                                      ProgramImage image,
                                      Instant deadline);

}  // namespace playback::adapters
