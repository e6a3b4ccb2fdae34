// The archive that becomes an image, read back by tar itself. (That Docker takes it is shown by the
// tests of the demo on real containers.)
#include "adapters/docker/image_import.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/node/program.h"
#include "tests/support/docker.h"

namespace playback::testing {
namespace {

TEST(ImageImport, MakesAnArchiveThatTarReads) {
    for (const std::size_t size : {0UL, 1UL, 511UL, 512UL, 513UL, 100'000UL}) {
        const Directory directory;
        const std::string program(size, 'p');
        const std::string archive = adapters::tar_of_program("sample-runtime", program);
        EXPECT_EQ(archive.size() % 512, 0U);
        std::ofstream(directory.path() + "/image.tar", std::ios::binary) << archive;
        const CommandOutcome unpacked =
            run_command({"tar", "-xpf", directory.path() + "/image.tar", "-C", directory.path()});
        EXPECT_EQ(unpacked.exit_code, 0) << unpacked.output;
        EXPECT_EQ(unpacked.output, "");
        EXPECT_EQ(read_file(directory.path() + "/sample-runtime"), program);
        const CommandOutcome runs =
            run_command({"test", "-x", directory.path() + "/sample-runtime"});
        EXPECT_EQ(runs.exit_code, 0);
    }
}

TEST(ImageImport, IsTheSameForTheSameProgram) {
    EXPECT_EQ(adapters::tar_of_program("a", "program"), adapters::tar_of_program("a", "program"));
    EXPECT_NE(adapters::tar_of_program("a", "program"), adapters::tar_of_program("b", "program"));
}

}  // namespace
}  // namespace playback::testing
